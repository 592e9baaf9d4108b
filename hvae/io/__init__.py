"""Files and tables: read without trust, written whole, marked with a fingerprint."""
