"""Risk: what hangs on one thing, is redundant in name only, turns in a circle, or hangs on nothing."""
