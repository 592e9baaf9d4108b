"""The limits that an experiment is compared with, by what they need: evidence in, checks out."""
