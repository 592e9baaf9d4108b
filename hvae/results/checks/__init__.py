"""What an experiment is held against, one family of limits a file: evidence in, checks out."""
