"""Turns a policy, a target and what is left of time and money into a probe plan."""
