"""``python -m ipgraph`` is the command ``ipgraph``."""

from ipgraph.cli.main import run

run()
