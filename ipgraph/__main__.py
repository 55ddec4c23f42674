"""``python -m ipgraph`` is the command ``ipgraph``."""

from ipgraph.cli import run

run()
