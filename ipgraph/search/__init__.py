"""Full-text search over names and terms."""
