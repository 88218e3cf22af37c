"""Log lines become calls: wrappings, the platform's records, whole invocations."""
