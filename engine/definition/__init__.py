"""The evaluator by definition: plain Python over rows, sharing nothing with the plans but the model."""
