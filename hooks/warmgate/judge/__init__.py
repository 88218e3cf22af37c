"""Turns evidence and a policy into a verdict; no clock, no randomness, the standard library alone."""

from warmgate.judge.verdict import judge, verdict_of_error, verdict_of_findings, verdict_unjudged

__all__ = ["judge", "verdict_of_error", "verdict_of_findings", "verdict_unjudged"]
