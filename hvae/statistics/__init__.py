"""Estimates, intervals and comparisons: pure functions of numbers."""
