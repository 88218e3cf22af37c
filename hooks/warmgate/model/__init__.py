"""Values that pass between the rooms: calls, functions, deployments, verdicts. Nothing here decides."""
