"""Models: distributions, likelihoods, inference, backbones, and `HierarchicalVAE`, made of them."""
