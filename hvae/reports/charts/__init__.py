"""What charts share: marks, colours, scales."""
