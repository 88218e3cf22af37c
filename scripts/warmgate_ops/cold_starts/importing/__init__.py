"""Which import, or which line of module-level code, makes an init long: measured in the runtime, told by difference."""
