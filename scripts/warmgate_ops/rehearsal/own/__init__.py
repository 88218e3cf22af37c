"""What a user's own function needs before it can be rehearsed, and what is told of it afterwards."""
