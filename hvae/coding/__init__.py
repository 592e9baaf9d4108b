"""Files that cost what the rate says: quantised latents for images, and bits back without loss."""
