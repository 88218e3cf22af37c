"""What the cold-start commands read from AWS."""
