"""A whole release on one machine: the local cloud and the scenarios."""
