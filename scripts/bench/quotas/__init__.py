"""What guards use of an account's quotas, what that costs, and how soon they stop a bad release; many at once."""
