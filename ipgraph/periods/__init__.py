"""Computed periods: when each dated node held and may have held, and why."""
