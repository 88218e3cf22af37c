"""Conditions that no line of the judge was chosen for: what else may shape calls beside what a release changes."""
