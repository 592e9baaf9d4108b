"""What an experiment is held against, by what limits need: evidence in, checks out."""
