"""The pages for people, one module per page."""
