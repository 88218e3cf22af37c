"""What is put before a handler in its own process to record its imports; it depends on nothing."""
