"""Turtle and SPARQL highlighting: all text, no unescaped markup, one class per terminal."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pyoxigraph as ox
import pytest

from ipgraph.resources import folder
from ipgraph.server.html.highlighting import CLASSES, highlight

HOSTILE = [
    '<s> <p> "</code></pre><script>alert(1)</script>" .',
    '<s> <p> """a "quoted" </code><img src=x onerror=alert(1)> \\""" text\nnext line""" .',
    "<s> <p> '''it's <b>bold</b>''' .",
    "<http://e.org/a?b=1&c=2&amp;d=%22#'x> <p> <javascript:alert(1)> .",
    '<s> <p> "never closed </code><script>',
    '<s> <p> """never closed </code>\n<script>',
    "?<script>alert(1)</script> $</span>",
    '# a comment with </code> & "quotes"\n<s> a <T> .',
    '<s> <p> "\\"><script>" .',
    "&lt;script&gt; \x00 \u202e \ufeff \U0001d518",
    "_:<b> a:<i> @<u> 1<2",
    "",
]


class MarkupReader(HTMLParser):
    """Parses markup like a browser: the text, and every tag with its attributes."""

    def __init__(self, markup):
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", []
        self.feed(str(markup))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def spans(text):
    return re.findall(r'<span class="(s-.)">(.*?)</span>', str(highlight(text)), re.DOTALL)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_escaped_and_put_only_into_known_spans(text):
    read = MarkupReader(highlight(text))
    assert read.text == text
    assert all(
        tag == "span" and set(attrs) == {"class"} and attrs["class"] in CLASSES.values()
        for tag, attrs in read.tags
    )


def test_every_turtle_terminal_gets_its_class():
    text = '@prefix e: <http://e.org/> .\n# why\ne:a a e:B ; e:n -4.5e3, true ; e:s "x\\"y"@en-GB .'
    assert spans(text) == [
        ("s-k", "@prefix"),
        ("s-i", "&lt;http://e.org/&gt;"),
        ("s-c", "# why"),
        ("s-k", "a"),
        ("s-n", "-4.5e3"),
        ("s-n", "true"),
        ("s-s", "&#34;x\\&#34;y&#34;"),
    ]


def test_every_sparql_terminal_gets_its_class():
    text = "SELECT ?x (COUNT($y) AS ?n) { ?x ex:part-1.b/^a:c ?y FILTER(?n<3) } LIMIT 10"
    found = spans(text)
    assert [part for css, part in found if css == "s-v"] == ["?x", "$y", "?n", "?x", "?y", "?n"]
    assert [part for css, part in found if css == "s-k"] == [
        "SELECT", "COUNT", "AS", "FILTER", "LIMIT",
    ]  # fmt: skip
    assert [part for css, part in found if css == "s-n"] == ["3", "10"]


def test_a_hash_in_an_iri_or_string_starts_no_comment():
    assert [css for css, _ in spans('<http://e.org/#a> e:p "# no" .')] == ["s-i", "s-s"]


@pytest.mark.parametrize(
    "literal",
    ['</code><script>alert("1")</script>', 'three """ quotes', "back\\slash \\", "'''\n<b>\r\t"],
)
def test_turtle_from_the_engine_keeps_its_text(literal):
    triple = ox.Triple(
        ox.NamedNode("http://e.org/é?a=1&b='(2)'"),
        ox.NamedNode("http://e.org/p"),
        ox.Literal(literal),
    )
    text = ox.serialize([triple], format=ox.RdfFormat.TURTLE).decode()
    assert MarkupReader(highlight(text)).text == text
    assert [css for css, _ in spans(text)] == ["s-i", "s-i", "s-s"]


def test_a_long_text_of_unclosed_terminals_is_read_in_one_pass():
    for sign in ('"', "'", '"""', "<", "?", "@", ":", "\\", "-", "a:"):
        text = sign * (60_000 // len(sign))
        assert MarkupReader(highlight(text)).text == text


def colors():
    """Return the light and the dark value of every custom property of the style sheet."""
    css = (folder("web") / "static" / "site.css").read_text()
    found = re.findall(r"(--[\w-]+): light-dark\((#\w+), (#\w+)\)", css)
    return {name: pair for name, *pair in found}


def luminance(color):
    digits = color[1:] if len(color) == 7 else "".join(digit * 2 for digit in color[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(color, background):
    light, dark = sorted((luminance(color), luminance(background)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_syntax_color_has_enough_contrast_in_light_and_dark_mode():
    known = colors()
    used = [name for name in known if name.startswith("--syn-")] + ["--ink", "--ink-soft"]
    assert len(used) >= 7
    for theme in (0, 1):
        for name in used:
            for background in ("--surface-2", "--surface"):
                ratio = contrast(known[name][theme], known[background][theme])
                assert ratio >= 4.5, (name, background, theme, ratio)


def test_every_highlighting_class_is_in_the_style_sheet():
    css = (folder("web") / "static" / "site.css").read_text()
    assert {name for name in CLASSES.values() if f".{name} " not in css} == set()
