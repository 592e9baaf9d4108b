"""What a trained point says about the data: rates and distortions, latents, pictures."""
