"""What a policy can know and what it cannot: exact where a count decides, simulated where ranks do. Calls nothing."""
