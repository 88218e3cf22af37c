"""A fleet of releases from a command line: what to begin next, progress in a file, a table that moves, one report."""
