"""Worked examples: whether they hold, what they leave untried, and which boundary examples are missing."""
