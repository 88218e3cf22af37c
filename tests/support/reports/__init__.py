"""Reports that tests of several rooms render."""
