"""Why execution environments were made, and why init changed: calls, events and schedules in, causes out. Pure."""
