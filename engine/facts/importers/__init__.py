"""Exports of other tools to facts, by mappings that are data."""
