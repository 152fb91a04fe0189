"""The nouns that cross a border between two stages of the engine."""
