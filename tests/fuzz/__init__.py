"""Parsers and renderers under texts that nobody would write: `make fuzz` runs any number, the suite some thousands."""
