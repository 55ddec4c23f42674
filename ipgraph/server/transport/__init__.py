"""The network server: waitress, and a fast path that answers from its event loop."""
