"""Live traffic: read, judged after the shift, and guarded while it lasts."""
