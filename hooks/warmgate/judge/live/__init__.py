"""Checks of live traffic: both versions in the same stretch of time."""
