"""Lambda's data plane on this machine: real execution environments, their logs and metrics."""
