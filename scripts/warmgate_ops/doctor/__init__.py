"""Tells before a release what would break on its day: facts are gathered once, checks are pure."""
