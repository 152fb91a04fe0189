"""From the contract's words to verdicts and what followed, and back again (S10.3)."""
