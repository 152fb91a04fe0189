"""The doors into Troth: the command line and the GraphQL server."""
