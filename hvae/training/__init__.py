"""Training: the objective, many models at once, and how a trained model is stored."""
