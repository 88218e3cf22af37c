"""Calls to the candidate and the baseline, from the plan to the evidence and its findings."""
