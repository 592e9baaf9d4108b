"""Bring your own model: what a VAE trained elsewhere carries, from its latents alone."""
