"""The web service: SPARQL, linked data and pages over one knowledge graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.server.application import Application
    from ipgraph.settings import Settings


def create_app(kg: KnowledgeGraph | None = None, settings: Settings | None = None) -> Application:
    """Return a Flask application that serves a graph, for any WSGI server.

    The defaults are the graph of this project and the settings of the environment.
    Workers start with the first query, in the process that handles it; `close` stops them.
    """
    from ipgraph import opening
    from ipgraph import settings as settings_module
    from ipgraph.server import application

    settings = settings or (kg.settings if kg else settings_module.load())
    return application.create(kg or opening.open(settings=settings), settings)
