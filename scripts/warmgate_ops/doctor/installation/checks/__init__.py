"""What may be wrong with an installation, one check a file."""
