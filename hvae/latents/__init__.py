"""Rates, distortions, latents and pictures of a trained point."""
