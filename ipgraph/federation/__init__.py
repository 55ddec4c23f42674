"""Federated queries (SERVICE) from untrusted users, limited to an allow-list of endpoints.

The engine's own client connects to any address in a query, and has no hook between the name
look-up and the connection (pyoxigraph 0.5.13, tried: no handler, no proxy). So it never connects:
workers have no file descriptor left for it. A separate process without graph and engine
(`fetcher`) sends the pattern of the SERVICE clause to the endpoint, and a worker replaces the
clause with the solutions as VALUES (`ipgraph.sparql.service_values`). The engine would send the
same request: the whole pattern, without bindings.
"""

from __future__ import annotations
