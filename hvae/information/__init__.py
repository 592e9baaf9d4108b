"""Estimates of I(x; z), I(y; z) and −log p(x), with standard errors."""
