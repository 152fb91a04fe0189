"""Bearer tokens: read, checked against the keys of who issued them, and turned into who asks."""
