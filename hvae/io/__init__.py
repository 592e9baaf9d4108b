"""Files and tables: read without trust, written whole, marked with what they were made of."""
