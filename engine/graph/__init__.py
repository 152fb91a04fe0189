"""The dependency graph: who else is touched."""
