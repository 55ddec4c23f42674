"""The routing table: every address of the service, registered where it is implemented.

A module makes one `Routes` and registers its handlers with it. The application joins them; Flask's
URL map, the OpenAPI document, the menu, the sitemap, robots.txt and Allow are derived from that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ipgraph.server.http.negotiation import Offer

Handler = Any  # from the request and the parameters of the path to what a Flask view returns
_SAFE_METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A parameter: its name in the URL, and the JSON Schema of its values."""

    name: str
    meaning: str
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string"})
    is_required: bool = False

    def required(self) -> Parameter:
        """Return the same parameter as a required one."""
        return replace(self, is_required=True)


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One route: its URL rules, its handler, and its documentation.

    The first of `paths` is the documented one. If there are several `offers`, the
    application chooses one by the parameter ``format`` and by Accept. `status` is that of success.
    `needs` returns whether an edition has content for the route. `menu` is the position in
    the menu, from 1; `disallowed` are the prefixes that robots.txt keeps crawlers from.
    """

    paths: tuple[str, ...]
    handler: Handler
    summary: str
    methods: tuple[str, ...] = ("GET",)
    offers: tuple[Offer, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    status: int = 200
    needs: Callable[[Any], bool] | None = None
    form: str = ""  # what a POST does, if it differs from a GET
    bodies: tuple[str, ...] = ()  # media types of POST bodies, besides a form
    menu: int = 0
    is_in_sitemap: bool = False
    disallowed: tuple[str, ...] = ()
    negotiates: bool = True  # False: the handler chooses by the path or the query
    is_cached: bool = True  # False: the handler uses the cache itself

    @property
    def name(self) -> str:
        """The name of the endpoint."""
        return str(self.handler.__name__)

    @property
    def path(self) -> str:
        """The main path as OpenAPI writes it: ``/page/{name}``."""
        return re.sub(r"<(?:[^:<>]*:)?([^<>]+)>", r"{\1}", self.paths[0])

    @property
    def all_methods(self) -> tuple[str, ...]:
        """All methods of the route, for Allow."""
        methods = dict.fromkeys((*self.methods, "OPTIONS"))
        if "GET" in methods:
            methods = dict.fromkeys((*_SAFE_METHODS, *methods))
        return tuple(methods)

    def is_available(self, edition: object) -> bool:
        """True if the edition has content for the route."""
        return self.needs is None or self.needs(edition)


class Routes:
    """The routes of one module, in the order of their registration."""

    def __init__(self) -> None:
        self._routes: list[Route] = []

    def add(self, *paths: str, summary: str, **more: Any) -> Callable[[Handler], Handler]:
        """Return a decorator that registers a handler; `more` are fields of `Route`."""

        def register(handler: Handler) -> Handler:
            self._routes.append(Route(paths, handler, summary, **more))
            return handler

        return register

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)


class RouteTable:
    """The routes of all modules."""

    def __init__(self, modules: Iterable[Routes] = ()) -> None:
        self._routes = tuple(route for routes in modules for route in routes)

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def available(self, edition: object) -> tuple[Route, ...]:
        """Return the routes for which an edition has content."""
        return tuple(route for route in self._routes if route.is_available(edition))

    def menu(self, edition: object) -> list[Route]:
        """Return the entries of the menu, in order."""
        entries = (route for route in self.available(edition) if route.menu)
        return sorted(entries, key=lambda route: route.menu)


def one_of(*values: str) -> dict[str, Any]:
    """Return the schema of a parameter with fixed values."""
    return {"type": "string", "enum": [*values]}


def number(least: int, most: int | None = None) -> dict[str, Any]:
    """Return the schema of an integer."""
    return {"type": "integer", "minimum": least} | ({} if most is None else {"maximum": most})


# Parameters that several modules share.
NAME = Parameter("name", "the last part of its IRI")
URI = Parameter("uri", "an IRI of the graph")
PAGE = Parameter("page", "the page number, from 1", number(1))
QUERY = Parameter("query", "the query")
INFER = Parameter("infer", "false excludes inferred statements", one_of("true", "false"))
SEARCH_TEXT = Parameter("q", "words, or the beginning of a word")


def format_parameter(offers: tuple[Offer, ...]) -> Parameter:
    """Return the parameter that chooses one of the offers of a route."""
    return Parameter("format", "overrides Accept", one_of(*(offer.name for offer in offers)))
