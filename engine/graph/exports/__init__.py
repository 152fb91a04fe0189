"""The graph at an instant as files that other tools read, and as a picture."""
