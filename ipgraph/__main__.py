"""``python -m ipgraph`` is the command ``ipgraph``."""

import sys

from ipgraph.cli import main

sys.exit(main())
