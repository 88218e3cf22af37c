"""Lambda's runtimes on this machine: a file for each family says how one is started, or why it cannot be."""
