"""What follows from verdicts: folds over the windows of one obligation."""
