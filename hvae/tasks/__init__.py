"""One application a file: a point, its latents and the data in, rows of `tasks.parquet` out."""
