"""The interactive rate plane: what the page knows of every point."""
