"""Likelihoods p(x | z), one family a file: what the decoder's output means, and its cost."""
