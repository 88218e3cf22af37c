"""Logs become calls: files in any wrapping, log groups of an account; only `groups` and what it calls ask AWS."""
