"""Judges the live traffic of the hours after a deployment, part by part of its time."""
