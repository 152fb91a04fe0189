"""Where tables live and where statements run."""
