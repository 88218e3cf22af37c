"""Turns evidence and a policy into a verdict; no clock, no randomness, the standard library alone."""
