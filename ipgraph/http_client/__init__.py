"""HTTP requests to servers that are not trusted: limits on total time, size and redirects."""
