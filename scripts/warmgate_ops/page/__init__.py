"""One HTML page that shows a verdict and all that it rests on: pure but for `stored`, which reads reports."""
