"""The graph at a date: derived snapshots, one for all days between two changes."""
