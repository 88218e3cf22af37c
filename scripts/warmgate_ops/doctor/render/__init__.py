"""Findings as text, JSON and SARIF; every renderer returns a string and prints nothing."""
