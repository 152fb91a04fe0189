"""What a customer or a supplier sees of a tenant: a part of its policies, and of what followed from them."""
