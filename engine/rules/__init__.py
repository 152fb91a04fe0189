"""The evaluator that judges at scale: plans in SQL, and what follows from their verdicts."""
