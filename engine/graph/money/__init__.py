"""What the credits of promises could come to."""
