"""What happened to a function, asked of AWS: each source for itself, and none of them needed."""
