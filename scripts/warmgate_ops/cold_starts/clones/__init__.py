"""Clones of a published version: made, configured anew, called, and deleted, so that cold starts can be measured.

The function that serves is read and never changed. What talks to AWS are the files `aws*.py`.
"""
