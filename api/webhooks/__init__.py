"""What others' machines are told of a tenant, signed, until they have taken it."""
