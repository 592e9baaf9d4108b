"""Models: distributions, likelihoods, backbones, the hypernetwork, and `HierarchicalVAE`."""
