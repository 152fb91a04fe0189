"""Policies to start from, each with facts of its own."""
