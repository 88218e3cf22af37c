"""A policy document becomes frozen values, or every fault in it at once."""
