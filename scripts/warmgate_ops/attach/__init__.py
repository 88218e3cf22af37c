"""Attaches Warmgate's hooks in an application's infrastructure code: a module a tool, which it alone imports."""
