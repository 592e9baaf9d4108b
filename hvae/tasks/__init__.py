"""One application a file: a trained point, its latents and the data in, rows of `tasks.parquet` out."""
