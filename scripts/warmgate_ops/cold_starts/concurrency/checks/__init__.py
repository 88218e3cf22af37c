"""One check of concurrency a file, named as its id; `warmgate cold concurrency` runs them."""
