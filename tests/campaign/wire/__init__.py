"""The hook as a process, over real HTTP, against a small cloud whose answers go wrong."""
