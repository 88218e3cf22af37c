"""A deployment package read as text: what its handler imports, and what runs at import. Runs no code."""
