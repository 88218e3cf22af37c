"""One rule a file, named as its id: pure, it reads the facts of one function and says what it makes of them."""
