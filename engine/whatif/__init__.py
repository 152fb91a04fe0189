"""What if: changes of a policy set, its text after them, and everything that differs then."""
