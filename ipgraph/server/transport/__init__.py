"""The network server: waitress, its channels, and a fast path that answers short queries from its event loop."""
