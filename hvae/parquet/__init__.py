"""How much a Parquet file will take in memory, known before any of it is unpacked."""
