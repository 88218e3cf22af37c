"""Live calls by log subscription: what is delivered is kept, read by the guard, and ended with the shift."""
