"""Whole shifts on a virtual clock: live traffic of both versions, what the log shows of it and when."""
