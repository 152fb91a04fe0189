"""The ledger: an append-only Merkle log of what was done, and what shows that nothing in it was bent."""
