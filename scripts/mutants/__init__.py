"""Mutation testing of the judge: which changed constant or operator no test notices."""
