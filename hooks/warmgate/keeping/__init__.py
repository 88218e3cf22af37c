"""Keeps environments of aliases warm between releases: whom to call, with how many calls at once, and what answered."""
