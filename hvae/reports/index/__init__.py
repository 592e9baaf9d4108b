"""One page about all experiments: what each is, its key figures, and how two or more differ."""
