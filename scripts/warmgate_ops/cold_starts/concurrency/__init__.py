"""A function's concurrency: what is reserved and provisioned against what its traffic needs. Changes nothing."""
