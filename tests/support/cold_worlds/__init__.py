"""Made-up days of functions whose cold starts have causes that are known."""
