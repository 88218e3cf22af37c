"""Whether Warmgate itself stands in an account as it was installed: facts are gathered once, checks are pure."""
