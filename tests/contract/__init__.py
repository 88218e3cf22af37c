"""One suite of promises per port; every implementation keeps the same ones."""
