"""The documentation builds strictly and offline, and its reference says what the code says."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import _generate
import pytest

import ipgraph
from ipgraph import settings
from ipgraph.cli.main import COMMANDS
from ipgraph.dataset.coverage import count_coverage
from ipgraph.errors import EXIT_CODES, HTTP_STATUSES
from ipgraph.serialization.formats import FORMATS, TABLE_FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).parents[2]
# MkDocs in a Python that cannot look up a name or connect to an address.
OFFLINE = """
import socket, sys
def refuse(*arguments, **more):
    raise OSError(f"the documentation asked the network: {arguments}")
socket.getaddrinfo = socket.create_connection = refuse
socket.socket.connect = socket.socket.connect_ex = refuse
from mkdocs.__main__ import cli
cli(sys.argv[1:])
"""
# What a browser fetches without being asked to.
FETCHED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "srcset",
    "link": "href",
}
CONNECTING = {"stylesheet", "preconnect", "dns-prefetch", "preload", "modulepreload", "icon"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, session_cache: Path) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, "build", "--strict", "--site-dir", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=CHECKOUT,
        env={**os.environ, "IPGRAPH_CACHE": str(session_cache), "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


class Fetches(HTMLParser):
    """The addresses that a page makes a browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "link" and not CONNECTING & set((values.get("rel") or "").split()):
            return
        if address := values.get(FETCHED.get(tag, "")):
            self.found.append(address)


def fetched(text: str) -> Iterator[str]:
    """Yield the addresses that a page fetches."""
    parser = Fetches()
    parser.feed(text)
    yield from parser.found


def test_the_site_has_every_page_and_no_script_of_ours(site: Path) -> None:
    pages = [
        path.relative_to(CHECKOUT / "docs").with_suffix("")
        for path in (CHECKOUT / "docs").rglob("*.md")
    ]
    assert len(pages) > 30
    for page in pages:
        folder = page.parent if page.name == "index" else page
        assert (site / folder / "index.html").is_file(), page
    assert not list(site.rglob("*.py"))


def test_a_page_of_the_site_fetches_nothing_from_elsewhere(site: Path) -> None:
    count = 0
    for path in site.rglob("*.html"):
        addresses = list(fetched(path.read_text(encoding="utf-8")))
        count += len(addresses)
        assert [name for name in addresses if re.match(r"(?:https?:)?//", name)] == [], path
    assert count > 100
    for path in site.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", text), path


def test_an_address_elsewhere_would_be_found() -> None:
    page = '<link rel="stylesheet" href="//cdn.example.org/a.css"><a href="https://example.org/">'
    assert list(fetched(page)) == ["//cdn.example.org/a.css"]


def test_no_mark_is_left_in_the_site_and_every_generator_is_used(site: Path) -> None:
    used = set()
    for path in (CHECKOUT / "docs").rglob("*.md"):
        outside_of_code = re.sub(r"`[^`\n]*`", "", path.read_text(encoding="utf-8"))
        used |= set(_generate.MARK.findall(outside_of_code))
    assert used == set(_generate.GENERATORS)
    reference = [path.read_text(encoding="utf-8") for path in (site / "reference").rglob("*.html")]
    assert len(reference) > 8
    assert not any("<!-- generate:" in text for text in reference)


def test_a_mark_without_a_generator_fails() -> None:
    with pytest.raises(KeyError):
        _generate.filled("<!-- generate: nothing -->")


def test_the_reference_lists_every_command_and_option() -> None:
    page = _generate.generated("command-line")
    assert re.findall(r"^## ipgraph (\w+)$", page, re.MULTILINE) == list(COMMANDS)
    for name in ("--format", "--store", "--query-time-limit-s", "--watch"):
        assert name in page


def test_the_table_of_settings_is_that_of_the_code() -> None:
    page = _generate.generated("settings")
    rows = [line for line in page.splitlines() if line.startswith("| `--")]
    assert len(rows) == len(settings.all_settings())
    for setting in settings.all_settings():
        default = f"`{setting.default}`" if setting.default != "" else ""
        unit = f" ({setting.unit})" if setting.unit else ""
        cells = (f"`{setting.flag}`", f"`{setting.variable}`", default, setting.meaning + unit)
        assert f"| {' | '.join(cells)} |" in rows


def test_the_table_of_errors_has_every_error_with_its_numbers() -> None:
    page = _generate.generated("errors")
    assert EXIT_CODES.keys() == HTTP_STATUSES.keys()
    for error, code in EXIT_CODES.items():
        row = rf"`{error.__name__}` \| .+ \| {code} \| {HTTP_STATUSES[error]} \|"
        assert re.search(row, page), error


def test_the_tables_of_formats_have_every_format() -> None:
    page = _generate.generated("formats") + _generate.generated("table-formats")
    for form in (*FORMATS, *TABLE_FORMATS):
        assert f"| `{form.name}` | {form.label} | `{form.media_type}` | `{form.suffix}` |" in page


def test_the_api_page_documents_every_public_name(site: Path) -> None:
    page = (site / "reference" / "python" / "index.html").read_text(encoding="utf-8")
    assert ipgraph.__all__
    for name in set(ipgraph.__all__) - {"__version__"}:
        value = getattr(ipgraph, name)
        assert f'id="{value.__module__}.{value.__qualname__}"' in page, name


def test_the_route_page_has_the_routes_of_the_openapi_document() -> None:
    page = _generate.generated("http")
    routes = re.findall(r"^### `(.+)`$", page, re.MULTILINE)
    assert {"/sparql", "/id/{name}", "/why", "/reconcile", "/metrics"} <= set(routes)


def test_the_pages_about_the_graph_have_every_question_and_check(project) -> None:
    questions = _generate.generated("questions")
    assert len(project.questions) > 50
    for question in project.questions:
        assert f"### {question.title}" in questions
        assert f"ipgraph ask {question.name}" in questions
    rules = _generate.generated("rules")
    names = [path.stem for path in (CHECKOUT / "ontology" / "rules").glob("*.rq")]
    assert names
    assert all(f"`rules/{name}`" in rules for name in names)
    shapes = _generate.generated("shapes")
    faults = [path.stem for path in (CHECKOUT / "tests" / "faults" / "shapes").iterdir()]
    assert faults
    assert all(f"`shapes/{name}`" in shapes for name in faults)


def test_the_ontology_page_has_every_class_and_property() -> None:
    page = _generate.generated("ontology")
    text = (CHECKOUT / "ontology" / "ip.ttl").read_text(encoding="utf-8")
    terms = re.findall(r"^(ip:\w+)\n  a owl:(?:Class|\w+Property)\b", text, re.MULTILINE)
    assert len(terms) > 100
    assert [term for term in terms if f"`{term}`" not in page] == []


def test_the_coverage_page_counts_what_the_graph_holds(project) -> None:
    page = html.unescape(_generate.generated("coverage"))
    held = count_coverage(project.store, project.info()["counts"], project.disagreements())
    assert held is not None
    for numbers in (held.documents, held.statements, held.nodes, held.disagreements):
        assert numbers
        assert ", ".join(f"{number:,} {name}" for name, number in numbers.items()) in page
    classes = project.classes()
    assert len(classes) > 30
    assert all(f"| {name.label} | {count:,} |" in page for name, count in classes)
