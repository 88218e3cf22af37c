"""Puts a release together: wheel, sdist, lock, SAM application, checksums. Publishes nothing."""
