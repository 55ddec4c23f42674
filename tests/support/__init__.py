"""Shared code of the tests: servers, clients, peers, reference suites and page checks."""
