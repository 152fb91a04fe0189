"""Every noun that crosses a border between the engine's rooms."""
