"""Backbones: the networks that a `HierarchicalVAE` is made of, one family a file."""
