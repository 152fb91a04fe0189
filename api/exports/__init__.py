"""Verdicts that leave as a file: CSV, NDJSON or Parquet, row by row."""
