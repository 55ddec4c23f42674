"""Hostile documents by family: files that kill, hang or fill a process that only parses them.

A document is refused before a parser reads it, is a syntax error, is stopped at a limit of the
build, or is loaded. ``tests/attack`` builds a small version of each, ``benchmarks/hostile.py`` the
full one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What `ipgraph.open` may do with a document.
REFUSED, STOPPED, LOADED = "refused", "stopped", "loaded"

S, P, O = "<http://e/s>", "<http://e/p>", "<http://e/o>"  # noqa: E741  as in SPARQL
RDF_XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
NODE, END = '<rdf:Description rdf:about="http://e/s">', "</rdf:Description></rdf:RDF>"
TOO_DEEP = "nested deeper than 100 levels"


@dataclass(frozen=True, slots=True)
class Document:
    """A hostile document, made at each call of `content`.

    `outcomes` are those that count as safe, and `message` is a part of the error if it is refused.
    """

    family: str
    name: str
    suffix: str
    make: Callable[[], str | bytes]
    outcomes: tuple[str, ...] = (REFUSED,)
    message: str = ""

    def content(self) -> bytes:
        """Return the bytes of the document."""
        made = self.make()
        return made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made


def documents(scale: float = 1.0) -> list[Document]:
    """Return all documents; `scale` shortens those that are hostile by their size."""

    def times(count: int) -> int:
        return max(1, int(count * scale))

    return [
        *_nested_turtle(),
        *_nested_trig_and_lines(),
        *_nested_xml(),
        *_nested_json(),
        *_disguised(),
        *_entities(times),
        *_encodings(),
        *_sizes(times),
        *_amplified(times),
    ]


def _triple_terms(depth: int) -> str:
    return f"{S} {P} " + f"<<( {S} {P} " * depth + O + " )>>" * depth + " ."


def _blank_nodes(depth: int) -> str:
    return f"{S} {P} " + f"[ {P} " * depth + "1" + "]" * depth + " ."


def _collections(depth: int) -> str:
    return f"{S} {P} " + "(" * depth + ")" * depth + " ."


def _nested_turtle(depth: int = 30_000) -> Iterator[Document]:
    texts = {
        "triple terms": lambda: _triple_terms(depth),
        "reified triples": lambda: f"<< {S} {P} " * depth + O + " >>" * depth + f" {P} {O} .",
        "annotations": lambda: f"{S} {P} {O} " + f"{{| {P} {O} " * depth + "|}" * depth + " .",
        "collections": lambda: _collections(depth),
        "blank nodes": lambda: _blank_nodes(depth),
        "blank nodes without an end": lambda: f"{S} {P} " + f"[ {P} " * depth,
    }
    for name, make in texts.items():
        yield Document("depth", f"{name} in Turtle", ".ttl", make, message=TOO_DEEP)


def _nested_trig_and_lines(depth: int = 30_000) -> Iterator[Document]:
    for name, make in {
        "triple terms": _triple_terms,
        "collections": _collections,
        "blank nodes": _blank_nodes,
    }.items():
        yield Document(
            "depth",
            f"{name} in TriG",
            ".trig",
            lambda make=make: f"<http://e/g> {{ {make(depth)} }}",  # type: ignore[misc]
            message=TOO_DEEP,
        )
    for name, suffix in {"N-Triples": ".nt", "N-Quads": ".nq"}.items():
        yield Document(
            "depth",
            f"triple terms in {name}",
            suffix,
            lambda: _triple_terms(depth),
            message=TOO_DEEP,
        )


def _nested_xml(depth: int = 30_000) -> Iterator[Document]:
    level, level_end = "<rdf:Description><e:p>", "</e:p></rdf:Description>"
    texts = {
        "elements": lambda: RDF_XML + level * depth + level_end * depth + "</rdf:RDF>",
        "elements without an end": lambda: RDF_XML + level * depth,
        "elements with namespaces": lambda: (
            RDF_XML
            + "".join(f'<rdf:Description xmlns:n{n}="http://n{n}/"><e:p>' for n in range(depth))
            + level_end * depth
            + "</rdf:RDF>"
        ),
        "elements in an XML literal": lambda: (
            f'{RDF_XML}{NODE}<e:p rdf:parseType="Literal">{"<a>" * depth}{"</a>" * depth}</e:p>{END}'
        ),
        "collections": lambda: (
            RDF_XML
            + '<rdf:Description><e:p rdf:parseType="Collection">' * depth
            + level_end * depth
            + "</rdf:RDF>"
        ),
    }
    for name, make in texts.items():
        yield Document("depth", f"{name} in RDF/XML", ".rdf", make, message=TOO_DEEP)


def _nested_json(depth: int = 30_000) -> Iterator[Document]:
    scoped = '{"@context":{"t":{"@id":"http://e/t","@context":'
    texts = {
        "objects": lambda: '{"@id":"http://e/s","http://e/p":' * depth + "1" + "}" * depth,
        "arrays": lambda: '{"http://e/p":' + "[" * depth + "1" + "]" * depth + "}",
        "lists": lambda: '{"@list":[' * depth + "1" + "]}" * depth,
        "contexts": lambda: '{"@context":' + "[" * depth + "{}" + "]" * depth + ',"http://e/p":1}',
        "scoped contexts": lambda: scoped * depth + "{}" + "}}}" * depth,
        "objects with contexts": lambda: (
            '{"@context":{"a":"http://e/a"},"a":' * depth + "1" + "}" * depth
        ),
        "graphs": lambda: '{"@graph":[' * depth + "]}" * depth,
    }
    for name, make in texts.items():
        yield Document("depth", f"{name} in JSON-LD", ".jsonld", make, message=TOO_DEEP)


def _disguised(depth: int = 30_000) -> Iterator[Document]:
    """Yield nested documents whose brackets seem to close again, or to be in a text."""
    openings = {
        "a comment": f"[ {P} # ]]\n",
        "a text": f"[ {P} ']' , ",
        "a long text": f'[ {P} """ " "" ] \\""" ] """ , ',
        "a name": r"( e:a\)b ",
    }
    for name, opening in openings.items():
        yield Document(
            "disguised depth",
            f"brackets closed in {name} in Turtle",
            ".ttl",
            lambda opening=opening: (  # type: ignore[misc]
                f"@prefix e: <http://e/> .\n{S} {P} " + opening * depth + "1"
            ),
            message=TOO_DEEP,
        )
    for name, start in {"an IRI": "<http://e/'>", "a name": r"e:a\'b"}.items():
        yield Document(
            "disguised depth",
            f"brackets after an apparent text in {name} in Turtle",
            ".ttl",
            lambda start=start: (  # type: ignore[misc]
                f"@prefix e: <http://e/> .\n{start} {P} {O} .\n{_blank_nodes(depth)}"
            ),
            message=TOO_DEEP,
        )
    elements = {
        "a comment": "<rdf:Description><!-- </a> --><e:p><!--</a>-->",
        "a text": "<rdf:Description><e:p>/&gt;/>",
        "an attribute": "<rdf:Description e:a='</a>/>'><e:p>",
        "an instruction": "<rdf:Description><?a </a> ?><e:p><?a /> ?>",
    }
    for name, opening in elements.items():
        yield Document(
            "disguised depth",
            f"elements closed in {name} in RDF/XML",
            ".rdf",
            lambda opening=opening: RDF_XML + opening * depth,  # type: ignore[misc]
            message=TOO_DEEP,
        )
    yield Document(
        "disguised depth",
        "objects closed in a text in JSON-LD",
        ".jsonld",
        lambda: '{"http://e/q":"\\\\\\"}","http://e/p":' * depth + "1" + "}" * depth,
        message=TOO_DEEP,
    )


def _entities(times: Callable[[int], int]) -> Iterator[Document]:
    def document(declarations: str, text: str = "&a;", doctype: str = "") -> str:
        declared = doctype or f"<!DOCTYPE rdf:RDF [{declarations}]>"
        return f"{declared}{RDF_XML}{NODE}<e:p>{text}</e:p>{END}"

    names = "abcdefghijkl"
    bomb = '<!ENTITY a "0123456789">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names)
    )
    file, dtd = "file:///etc/hostname", "http://127.0.0.1:9/a.dtd"
    texts = {
        "expanding entities": (lambda: document(bomb, "&l;"), "refers to another entity"),
        "expanding entities in an attribute": (
            lambda: document(bomb).replace("http://e/s", "http://e/&l;"),
            "refers to another entity",
        ),
        "a long entity used often": (
            lambda: document(f'<!ENTITY a "{"x" * times(1_000_000)}">', "&a;" * times(50_000)),
            "expand to more than 16 times",
        ),
        "an entity that refers to itself": (
            lambda: document('<!ENTITY a "&a;">'),
            "refers to another entity",
        ),
        "an external entity": (
            lambda: document(f'<!ENTITY a SYSTEM "{file}">'),
            "more than plain entities",
        ),
        "an external DTD": (
            lambda: document("", "x", f'<!DOCTYPE rdf:RDF SYSTEM "{dtd}">'),
            "more than plain entities",
        ),
        "a parameter entity": (
            lambda: document(f'<!ENTITY % a SYSTEM "{dtd}"> %a;'),
            "more than plain entities",
        ),
        "a document type after the root": (
            lambda: document(bomb, "&l;").replace(RDF_XML, "").replace("<!DOC", RDF_XML + "<!DOC"),
            "in the middle of the document",
        ),
        "two document types": (
            lambda: "<!DOCTYPE rdf:RDF []>" + document(bomb, "&l;"),
            "in the middle of the document",
        ),
        "a document type in lower case": (
            lambda: document(bomb, "&l;").replace("DOCTYPE", "doctype"),
            "more than plain entities",
        ),
        "a document type with an element": (
            lambda: document('<!ELEMENT a ANY><!ENTITY a "x">'),
            "more than plain entities",
        ),
    }
    for name, (make, message) in texts.items():
        yield Document("entities", name, ".rdf", make, message=message)
    yield Document(
        "entities",
        "a document type in UTF-16",
        ".rdf",
        lambda: ('<?xml version="1.0" encoding="UTF-16"?>' + document(bomb, "&l;")).encode(
            "utf-16"
        ),
        message="refers to another entity",
    )


def _encodings() -> Iterator[Document]:
    triple = f"{S} {P} 'é' ."
    literal = f"{RDF_XML}{NODE}<e:p>é</e:p>{END}"
    json = '{"@id":"http://e/s","http://e/p":"é"}'
    declared = '<?xml version="1.0" encoding="%s"?>' + literal
    either = (REFUSED, LOADED)
    cases: list[tuple[str, str, bytes, tuple[str, ...], str]] = [
        ("UTF-16", ".ttl", triple.encode("utf-16"), (REFUSED,), "in UTF-16"),
        ("UTF-16 without a mark", ".ttl", triple.encode("utf-16-le"), (REFUSED,), ""),
        ("UTF-32", ".nt", triple.encode("utf-32"), (REFUSED,), "in UTF-32"),
        ("UTF-16", ".rdf", literal.encode("utf-16-be"), (REFUSED,), ""),
        ("UTF-16", ".jsonld", json.encode("utf-16"), (REFUSED,), "in UTF-16"),
        ("Latin-1", ".ttl", triple.encode("latin-1"), (REFUSED,), "utf-8"),
        ("Latin-1", ".nq", triple.replace("'", '"').encode("latin-1"), (REFUSED,), "utf-8"),
        ("Latin-1", ".jsonld", json.encode("latin-1"), (REFUSED,), ""),
        ("Latin-1, declared", ".rdf", (declared % "ISO-8859-1").encode("latin-1"), (LOADED,), ""),
        ("UTF-16, declared", ".rdf", (declared % "UTF-16").encode("utf-16"), (LOADED,), ""),
        ("UTF-16, but in ASCII", ".rdf", (declared % "UTF-16").replace("é", "e").encode(), (REFUSED,), "another encoding"),
        ("no text encoding, declared", ".rdf", (declared % "rot13").encode(), (REFUSED,), "not known"),
        ("US-ASCII, but with other bytes", ".rdf", (declared % "windows-1252").encode("utf-8").replace("é".encode(), b"\x81"), (REFUSED,), "windows-1252"),
        ("UTF-7, declared", ".rdf", (declared % "UTF-7").encode("utf-7"), (REFUSED,), ""),
        ("an overlong character", ".ttl", triple.encode().replace(b"\xc3\xa9", b"\xc0\xaf"), (REFUSED,), "utf-8"),
        ("half a surrogate pair", ".ttl", triple.encode().replace(b"\xc3\xa9", b"\xed\xa0\x80"), (REFUSED,), "utf-8"),
        ("half an escaped surrogate pair", ".nt", f'{S} {P} "\\uD800" .'.encode(), (REFUSED,), ""),
        ("half an escaped surrogate pair", ".jsonld", json.replace("é", "\\ud800").encode(), (REFUSED,), ""),
        ("NUL in a literal", ".ttl", triple.replace("é", "\0").encode(), either, ""),
        ("NUL in a literal", ".rdf", literal.replace("é", "\0").encode(), either, ""),
        ("NUL in an IRI", ".nt", f"<http://e/\0> {P} {O} .".encode(), (REFUSED,), ""),
        ("an escaped NUL in an IRI", ".nt", f"<http://e/\\u0000> {P} {O} .".encode(), (REFUSED,), ""),
        ("only NUL", ".trig", b"\0" * 4096, (REFUSED,), ""),
        ("a byte order mark in the middle", ".ttl", ("\ufeff" + triple + "\ufeff").encode(), (REFUSED,), ""),
        ("a byte order mark", ".ttl", ("\ufeff" + triple).encode(), (LOADED,), ""),
        ("bidirectional controls", ".ttl", triple.replace("é", "\u202e\u2066").encode(), (LOADED,), ""),
        ("terminal escapes", ".ttl", triple.replace("é", "\x1b[2J\x07").encode(), (LOADED,), ""),
    ]  # fmt: skip
    for name, suffix, data, outcomes, message in cases:
        yield Document(
            "encodings",
            f"{name} ({suffix[1:]})",
            suffix,
            lambda data=data: data,  # type: ignore[misc]
            outcomes,
            message,
        )


def _sizes(times: Callable[[int], int]) -> Iterator[Document]:
    big, many = times(32_000_000), times(400_000)

    def repeated(text: str, count: int, separator: str = "\n") -> str:
        return separator.join(text.replace("#", str(number)) for number in range(count))

    texts: dict[tuple[str, str], Callable[[], str | bytes]] = {
        ("a huge literal", ".ttl"): lambda: f'{S} {P} "{"x" * big}" .',
        ("a huge literal", ".nt"): lambda: f'{S} {P} "{"x" * big}" .',
        ("a huge literal", ".rdf"): lambda: f"{RDF_XML}{NODE}<e:p>{'x' * big}</e:p>{END}",
        ("a huge literal", ".jsonld"): lambda: f'{{"http://e/p":"{"x" * big}"}}',
        ("a huge IRI", ".ttl"): lambda: f"<http://e/{'x' * big}> {P} {O} .",
        ("a huge IRI", ".nq"): lambda: f"<http://e/{'x' * big}> {P} {O} {O} .",
        ("a huge name of a graph", ".trig"): lambda: f"<http://e/{'x' * big}> {{ {S} {P} {O} }}",
        ("a huge tag of a language", ".ttl"): lambda: f'{S} {P} "a"@en{"-abcdefgh" * (big // 9)} .',
        ("a text without an end", ".ttl"): lambda: f'{S} {P} """' + 'x"' * (big // 2),
        ("an IRI without an end", ".ttl"): lambda: "<" + "x" * big,
        ("a comment without an end", ".rdf"): lambda: RDF_XML + "<!--" * (big // 4),
        ("a huge integer", ".ttl"): lambda: f"{S} {P} {'9' * big} .",
        ("a huge decimal", ".trig"): lambda: f"{S} {P} 0.{'9' * big} .",
        ("a huge exponent", ".ttl"): lambda: f"{S} {P} 1e{'9' * 400}, -1e-{'9' * 400} .",
        ("a huge number", ".jsonld"): lambda: f'{{"http://e/p":{"9" * big}}}',
        ("a huge exponent", ".jsonld"): lambda: f'{{"http://e/p":1e{"9" * 400}}}',
        ("dates out of range", ".ttl"): lambda: (
            f'{S} {P} "{"9" * 400}-01-01"^^<http://www.w3.org/2001/XMLSchema#date> .'
        ),
        ("many prefixes", ".ttl"): lambda: repeated("@prefix p#: <http://e/#/> .", many),
        ("many attributes", ".rdf"): lambda: (
            RDF_XML + "<rdf:Description " + repeated('e:a#="x"', many, " ") + "/></rdf:RDF>"
        ),
        ("many namespaces", ".rdf"): lambda: (
            RDF_XML + "<rdf:Description " + repeated('xmlns:a#="x:"', many, " ") + "/></rdf:RDF>"
        ),
        ("many graphs", ".nq"): lambda: repeated(f"{S} {P} {O} <http://e/#> .", times(100_000)),
        ("many terms in a context", ".jsonld"): lambda: (
            '{"@context":{' + repeated('"t#":"http://e/#"', many, ",") + '},"t0":1}'
        ),
        ("a key twice", ".jsonld"): lambda: '{"http://e/p":1,"http://e/p":2}',
        ("nothing", ".ttl"): lambda: b"",
        ("nothing", ".rdf"): lambda: b"",
        ("nothing", ".jsonld"): lambda: b"",
    }
    quadratic = {"many attributes", "many namespaces"}
    for (name, suffix), make in texts.items():
        outcomes = (STOPPED, LOADED) if name in quadratic else (REFUSED, LOADED)
        yield Document("size", f"{name} ({suffix[1:]})", suffix, make, outcomes)


def _amplified(times: Callable[[int], int]) -> Iterator[Document]:
    """Yield small documents of large graphs: each use of a name is an IRI of a megabyte."""
    long, many = "x" * 1_000_000, times(20_000)
    texts = {
        ("a long prefix", ".ttl"): lambda: (
            f"@prefix e: <http://e/{long}/> .\n" + "\n".join(f"e:{n} e:p e:o ." for n in range(many))
        ),
        ("a long base", ".trig"): lambda: (
            f"@base <http://e/{long}/> .\n" + "\n".join(f"<{n}> <p> <o> ." for n in range(many))
        ),
        ("a long base", ".rdf"): lambda: (
            RDF_XML.replace(">", f' xml:base="http://e/{long}/">')
            + "".join(f'<rdf:Description rdf:about="{n}" e:p="x"/>' for n in range(many))
            + "</rdf:RDF>"
        ),
        ("a long namespace", ".rdf"): lambda: (
            RDF_XML.replace("http://e/", f"http://e/{long}/")
            + "".join(f'<rdf:Description e:p{n}="x"/>' for n in range(many))
            + "</rdf:RDF>"
        ),
        ("a long term of a context", ".jsonld"): lambda: (
            f'{{"@context":{{"e":"http://e/{long}/"}},"@graph":['
            + ",".join(f'{{"@id":"e:{n}","e:p":1}}' for n in range(many))
            + "]}"
        ),
    }  # fmt: skip
    for (name, suffix), make in texts.items():
        yield Document("amplification", f"{name} ({suffix[1:]})", suffix, make, (STOPPED,))
    yield Document(
        "amplification",
        "a chain of blank nodes (nt)",
        ".nt",
        lambda: "\n".join(f"_:n{n} {P} _:n{n + 1} ." for n in range(4_000)),
        (LOADED,),
    )
