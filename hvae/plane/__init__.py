"""What one model for the whole plane makes possible: points by their rates, and how good it is."""
