"""How often the test of a bake stops a good release, and how soon it finds a bad one."""
