"""A page about all experiments: what each is, its key figures, and comparisons."""
