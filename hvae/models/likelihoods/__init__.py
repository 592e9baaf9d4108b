"""Likelihoods p(x | z): the meaning of the decoder's output, and −log p(x | z) in nats."""
