"""One model for a box of β, held against known optima, and against itself."""
