"""The findings that a policy can earn, one module each."""
