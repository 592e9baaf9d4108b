"""The options of each family of sources in the `data` section."""
