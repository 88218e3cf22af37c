"""Cold starts of functions in service: found in logs, explained, advised on and cured. Reads; only `clones` calls."""
