"""Data: sources (a file for each family), splits, and the prepared, typed Parquet files."""
