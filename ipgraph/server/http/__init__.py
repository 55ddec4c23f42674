"""HTTP requests and responses: negotiation, caching, routes, logs."""
