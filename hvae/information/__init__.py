"""Estimates of what latents tell, I(x; z) and I(y; z), and of −log p(x), with standard errors."""
