"""Estimates of what latents know, I(x; z) and I(y; z), and of −log p(x), with standard errors."""
