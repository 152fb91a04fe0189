"""Graphs of services from elsewhere, as policies."""
