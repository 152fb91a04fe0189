"""From the model to one readable SQL statement for each shape of measure, and from its rows to verdicts."""
