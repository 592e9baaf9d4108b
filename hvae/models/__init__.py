"""Models: distributions, likelihoods, networks, and the `HierarchicalVAE` that they make up."""
