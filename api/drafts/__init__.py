"""Work that nobody can tell the length of, done by other processes; they are ended in time."""
