"""The web service: SPARQL, linked data and pages over one knowledge graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.server.application import Front
    from ipgraph.settings import Settings


def create_app(kg: KnowledgeGraph | None = None, settings: Settings | None = None) -> Flask:
    """Return the service over a graph as a Flask application, for any WSGI server.

    Without arguments it serves the graph of this project under the settings of the environment.
    Workers start with the first query, in the process that answers it. Flask only lends its name:
    the callable in front of it, `front_of(app)`, answers.
    """
    from flask import Flask

    import ipgraph
    from ipgraph import settings as settings_module
    from ipgraph.server.application import Front
    from ipgraph.server.http.access_log import Log
    from ipgraph.server.pages.flask_app import PagesApp
    from ipgraph.server.service import Service

    settings = settings or (kg.settings if kg else settings_module.load())
    service = Service(kg or ipgraph.open(settings=settings), settings)
    app = Flask("ipgraph", static_folder=None)
    made = Front(service, PagesApp(service), Log(settings))
    app.wsgi_app = made  # type: ignore[method-assign]
    app.extensions["ipgraph"] = made
    return app


def front_of(app: Flask) -> Front:
    """Return the service of an application that `create_app` made."""
    found: Front = app.extensions["ipgraph"]
    return found
