"""One check a file of the candidate against the version that serves now."""
