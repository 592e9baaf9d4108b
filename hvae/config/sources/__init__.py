"""The `data` section for each family of sources."""
