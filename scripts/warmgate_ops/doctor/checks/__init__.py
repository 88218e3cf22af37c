"""One check a file; `doctor.registry` lists them."""
