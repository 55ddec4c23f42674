from __future__ import annotations

from ipaddress import ip_address

import pytest

from ipgraph.errors import UsageError
from ipgraph.federation.allow_list import AllowList, is_reachable
from ipgraph.http_client.address import parse as parse_destination

PUBLIC = ["8.8.8.8", "91.198.174.192", "2001:4860:4860::8888", "2620:0:862:ed1a::1"]
PRIVATE = ["127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "::1", "fd00::1"]
NEVER = [
    *("0.0.0.1", "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "192.88.99.1"),
    *("198.18.0.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("::", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1", "64:ff9b::7f00:1"),
    *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "2002:7f00:1::", "2001:0:1::1", "::127.0.0.1"),
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_internet_is_reachable(address):
    assert is_reachable(ip_address(address), private=False)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_reachable_only_if_the_setting_allows_it(address):
    assert not is_reachable(ip_address(address), private=False)
    assert is_reachable(ip_address(address), private=True)


@pytest.mark.parametrize("address", NEVER)
def test_any_other_address_is_never_reachable(address):
    assert not is_reachable(ip_address(address), private=False)
    assert not is_reachable(ip_address(address), private=True)


@pytest.mark.parametrize(
    "iri",
    [
        *("file:///etc/passwd", "ftp://h/", "http://", "http:///q", "//h/q", "h/q", "javascript:1"),
        *("http://user@h/", "http://user:word@h/", "http://h:99999/", "http://[::1", "http://a b/"),
    ],
)
def test_only_plain_http_urls_are_destinations(iri):
    with pytest.raises(UsageError):
        parse_destination(iri)


@pytest.mark.parametrize(
    ("setting", "allowed", "others"),
    [
        ("", [], ["http://h/", "https://h/sparql"]),
        ("h", ["http://h/", "https://H./any?x=1"], ["http://h:8080/", "http://h.evil/", "http://x.h/"]),
        ("h:8080", ["http://h:8080/q"], ["http://h/q", "https://h/q"]),
        ("https://h/sparql", ["https://h:443/sparql", "https://h/sparql#f"],
         ["http://h/sparql", "https://h/sparql/", "https://h/sparql?x", "https://h/"]),
        ("a, b\nhttp://c/q", ["http://a/", "https://b/", "http://c/q"], ["http://c/"]),
        ("[::1]:8080", ["http://[::1]:8080/"], ["http://[::1]/"]),
        ("bücher.example", ["http://xn--bcher-kva.example/"], ["http://bucher.example/"]),
    ],
)  # fmt: skip
def test_an_endpoint_is_allowed_by_its_host_or_its_full_url(setting, allowed, others):
    found = AllowList.parse(setting)
    assert bool(found) == bool(setting)
    assert [item for item in allowed if not found.allows(parse_destination(item))] == []
    assert [other for other in others if found.allows(parse_destination(other))] == []


@pytest.mark.parametrize("setting", ["h/path", "*", "*.example.org", "u@h", "ftp://h/", "h:port"])
def test_an_entry_that_is_neither_host_nor_iri_is_an_error(setting):
    with pytest.raises(UsageError):
        AllowList.parse(setting)
