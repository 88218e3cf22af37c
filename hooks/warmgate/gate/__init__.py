"""The hooks' use case: one deployment in, one status out."""
