"""Advice on cold starts: facts of a function in, rules applied, what to change out, with how sure that is."""
