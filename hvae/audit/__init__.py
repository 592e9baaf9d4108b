"""Audit of a VAE that was trained elsewhere: its latents, compared with the limits."""
