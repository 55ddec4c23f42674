"""SERVICE, asked on behalf of strangers: only of endpoints that the settings allow.

The engine's own client asks whatever address a query names, and offers no hook between looking a
name up and connecting (pyoxigraph 0.5.13, tried: no handler, no proxy). So it never connects:
workers have no descriptor to do it with. A process of its own, which holds neither graph nor
engine (`fetching`), asks the endpoint for what stands in the braces of SERVICE, and a worker puts
the solutions in its place as VALUES (`inlining`). The engine would ask the same: it sends the
pattern of SERVICE whole, and no bindings with it.
"""

from __future__ import annotations
