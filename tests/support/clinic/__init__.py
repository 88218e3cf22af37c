"""A healthy release on a local cloud, and one fault for each check of the doctor."""
