"""Random policies and facts, judged by both evaluators."""
