from __future__ import annotations

import http.client
import socket

import pytest

from support.waiting import wait_until_readable

EXPECT = b"Host: 127.0.0.1\r\nExpect: 100-continue\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 11\r\n"


def read(connection, running) -> http.client.HTTPResponse:
    wait_until_readable(connection, running.check_alive)
    response = http.client.HTTPResponse(connection)
    response.begin()
    response.read()
    return response


@pytest.mark.parametrize("path", ["/sparql?query=ASK{}", "/page/ip", "/nowhere"])
def test_a_request_without_a_body_is_answered_whatever_it_expects(running, path):
    with socket.create_connection(("127.0.0.1", running.port)) as connection:
        for _ in range(3):
            connection.sendall(b"GET %s HTTP/1.1\r\n%s\r\n" % (path.encode(), EXPECT))
            assert read(connection, running).status == (404 if path == "/nowhere" else 200)


def test_a_body_that_the_client_holds_back_is_asked_for(running):
    with socket.create_connection(("127.0.0.1", running.port)) as connection:
        connection.sendall(b"POST /sparql HTTP/1.1\r\n" + EXPECT + FORM + b"\r\n")
        wait_until_readable(connection, running.check_alive)
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"query=ASK{}")
        assert read(connection, running).status == 200


def test_a_body_that_comes_with_its_header_is_not_asked_for(running):
    with socket.create_connection(("127.0.0.1", running.port)) as connection:
        connection.sendall(b"POST /sparql HTTP/1.1\r\n" + EXPECT + FORM + b"\r\nquery=ASK{}")
        wait_until_readable(connection, running.check_alive)
        assert read(connection, running).status == 200
