"""A tenant: one named policy set with its archive and ledger; what it is told is kept, and judged."""
