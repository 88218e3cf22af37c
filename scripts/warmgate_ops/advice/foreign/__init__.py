"""Documents of other tools: what each is, and the policy that says the same as far as it goes. Calls nothing."""
