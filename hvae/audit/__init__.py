"""Your own model: what the latents of a VAE that was trained elsewhere tell."""
