"""The read side of the GraphQL server."""
