"""What those who run a server watch it by: its log, its figures, and whether it is ready."""
