"""Reads facts through the SDK. What is denied or fails becomes a fact that says so; nothing is ever changed."""
