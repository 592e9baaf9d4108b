"""Data: sources (one file a family), the prepared, typed Parquet form, and the splits."""
