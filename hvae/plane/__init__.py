"""The rate plane of one trained model: ask it for rates, hold it against independent models."""
