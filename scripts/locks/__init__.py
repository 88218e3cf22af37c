"""What the lock files pin, for which machines, and whether anything is missing. A development tool, never installed."""
