"""Backbones: the networks of a `HierarchicalVAE`, one family a file."""
