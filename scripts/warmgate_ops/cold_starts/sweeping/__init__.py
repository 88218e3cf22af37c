"""What a sweep plans, estimates, counts and recommends, and how two versions compare. Pure: calls nothing."""
