"""Reads what advice needs of a function in an account; each look-up is of its own, and nothing is changed or called."""
