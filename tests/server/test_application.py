"""The server as a Flask application: Flask has all routes, and extensions see all requests."""

from __future__ import annotations

import os
import subprocess
import sys

import flask
import pytest
from flask import signals

from ipgraph.server import create_app
from ipgraph.server.application import Application
from ipgraph.server.http.response import Response
from support.running import Running, application, browser

ASK = "/sparql?query=ASK%7B%7D"
# Pages, data, queries, the same requests again (from the cache), errors, and every method.
REQUESTS = (
    ("GET", "/about", 200),
    ("GET", "/about", 200),
    ("HEAD", "/about", 200),
    ("OPTIONS", "/about", 204),
    ("POST", "/about", 405),
    ("GET", ASK, 200),
    ("GET", ASK, 200),
    ("HEAD", ASK, 200),
    ("OPTIONS", "/sparql", 204),
    ("POST", "/sparql", 415),
    ("QUERY", "/sparql", 200),
    ("PUT", "/sparql", 405),
    ("GET", "/sparql?query=ASK", 400),
    ("GET", "/data/carol.ttl", 404),
    ("GET", "/static/site.css", 200),
    ("GET", "/metrics", 200),
    ("GET", "/nothing-here", 404),
    ("GET", "/page/%FF", 404),
)


def send(running: Running, method: str, path: str):
    body, headers = None, {"Accept": "application/json, text/html;q=0.5, */*;q=0.1"}
    if method == "QUERY":
        body, headers["Content_Type"] = "ASK {}", "application/sparql-query"
    elif method == "POST":
        body, headers["Content_Type"] = "a", "text/plain"
    return running.ask(path, method, body, **headers)


def test_flask_routes_lists_every_path(session_cache, running):
    output = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "ipgraph.server:create_app", "routes"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "IPGRAPH_CACHE": str(session_cache)},
    ).stdout
    assert len([*running.app.service.routes]) > 50
    for route in running.app.service.routes:
        for path in route.paths:
            assert any(line.rstrip().endswith(f" {path}") for line in output.splitlines()), path


def test_the_application_is_a_flask_app_whose_rules_match_the_route_table(running):
    assert isinstance(running.app, flask.Flask)
    rules = {rule.rule: rule for rule in running.app.url_map.iter_rules()}
    for route in running.app.service.routes:
        for path in route.paths:
            assert rules[path].endpoint == route.name
            assert rules[path].methods == set(route.all_methods)
    assert len(rules) == sum(len(route.paths) for route in running.app.service.routes)


def test_the_allow_header_lists_the_methods_of_the_route(running):
    for route in running.app.service.routes:
        if "<" not in route.paths[0]:
            reply = running.ask(route.paths[0], "OPTIONS")
            assert reply.status == 204
            assert reply.headers["Allow"].split(", ") == list(route.all_methods)


def test_extension_hooks_see_every_request_and_response(serve_app, small):
    app = create_app(small, small.settings)
    seen = []

    @app.before_request
    def before():
        seen.append((flask.request.method, flask.request.full_path.rstrip("?")))

    @app.after_request
    def after(response):
        response.headers["X-Extension"] = str(len(seen))
        return response

    with serve_app(app) as running:
        for number, (method, path, status) in enumerate(REQUESTS, 1):
            reply = send(running, method, path)
            assert (method, path, reply.status) == (method, path, status)
            assert len(seen) == number, (method, path)
            assert reply.headers["X-Extension"] == str(number), (method, path)
            assert seen[-1][0] == method


def test_an_extension_can_reject_any_request(serve_app, small):
    app = create_app(small, small.settings)
    app.before_request(lambda: ("Forbidden.", 403, {"Content-Type": "text/plain"}))
    with serve_app(app) as running:
        for method, path, _ in REQUESTS:
            reply = send(running, method, path)
            assert (method, path, reply.status) == (method, path, 403)
            assert "X-Request-Id" in reply.headers


def test_flask_signal_receivers_see_every_request(serve_app, small):
    started, finished = [], []
    app = create_app(small, small.settings)

    def on_start(sender, **extra):
        started.append(flask.request.path)

    def on_finish(sender, response, **extra):
        finished.append(response.status_code)

    with signals.request_started.connected_to(on_start, app):
        signals.request_finished.connect(on_finish, app)
        with serve_app(app) as running:
            for method, path, _ in REQUESTS:
                send(running, method, path)
    assert len(started) == len(REQUESTS)
    assert finished == [status for _, _, status in REQUESTS]


def test_wsgi_middleware_sees_every_request(serve_app, small):
    app = create_app(small, small.settings)
    inner, seen = app.wsgi_app, []

    def middleware(environ, start_response):
        seen.append(environ["PATH_INFO"])
        return inner(environ, start_response)

    app.wsgi_app = middleware
    with serve_app(app) as running:
        for method, path, status in REQUESTS:
            assert send(running, method, path).status == status
    assert len(seen) == len(REQUESTS)


def test_the_same_requests_get_the_same_statuses_without_hooks(serve_app, small):
    app = create_app(small, small.settings)
    assert not app.is_extended
    with serve_app(app) as running:
        for method, path, status in REQUESTS:
            assert (method, path, send(running, method, path).status) == (method, path, status)


def test_the_flask_test_client_gets_pages_and_results(small):
    with application(small) as app:
        client = browser(app)
        assert "<h1" in client.get("/about").text
        reply = client.get(ASK, headers={"Accept": "application/json"})
        assert reply.json["boolean"] is True
        assert client.open(
            "/sparql", method="QUERY", data="ASK {}", content_type="application/sparql-query",
            headers={"Accept": "application/sparql-results+json"},
        ).json["boolean"] is True  # fmt: skip


def test_a_header_with_a_line_break_is_never_written():
    response = Response.of((("X-Name", "a\r\nSet-Cookie: b=c"),), b"text")
    with pytest.raises(ValueError, match="line break"):
        Application.stable_head(response, 4)
