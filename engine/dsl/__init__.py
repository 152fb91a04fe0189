"""The policy language: from text to syntax, from syntax to the model, and back to text."""
