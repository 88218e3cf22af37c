"""Turns a verdict into a versioned document and renders it; every renderer returns a string."""
