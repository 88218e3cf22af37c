"""Keeping environments warm by calls: its cost, what it cures, what it is deployed as. Pure but for `account`."""
