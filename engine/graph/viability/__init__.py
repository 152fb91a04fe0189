"""Viability: whether what is beneath an agreement can carry what it promises (S10.2)."""
