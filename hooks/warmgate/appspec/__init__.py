"""AppSpec files: read with every fault, and written."""
