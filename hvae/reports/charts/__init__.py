"""Parts that charts share: marks, colours, scales."""
