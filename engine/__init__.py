"""The engine of Troth: what was promised and what happened in, what follows and why out."""
