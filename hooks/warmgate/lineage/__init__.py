"""Where a deployment comes from: whether it is the rollback that it is said to be."""
