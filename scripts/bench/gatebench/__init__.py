"""GateBench: how often a rule refuses a good release, catches a bad one, and how many calls it takes to decide."""
