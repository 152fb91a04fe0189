"""Facts: which kinds there are, how files are read, and which rows are let in."""
