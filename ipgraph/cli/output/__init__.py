"""Text output for a terminal."""
