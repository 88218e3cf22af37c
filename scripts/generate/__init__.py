"""Writes what is made from the table of a policy's keys: its JSON Schema and its reference."""
