"""Recorded calls of real functions, as releases whose truth is known: no data is kept here, paths are given."""
