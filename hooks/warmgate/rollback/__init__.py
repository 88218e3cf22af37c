"""After the end of a deployment: the alias is proven, the report completed, people notified."""
