"""Read a file into a store: unpack, decode, recognize, screen, and parse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.errors import Place, Unreadable
from ipgraph.inputs import contexts, encodings, rdfxml, recognition, repairs, screening, syntaxes
from ipgraph.inputs.compression import Budget, Member, unpack
from ipgraph.inputs.recognition import Foreign
from ipgraph.inputs.syntaxes import JSON_LD, N3, RDF_XML, Syntax
from ipgraph.snapshots.literals import may_differ
from ipgraph.store.local import token_too_long

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.inputs.options import ReadingOptions, Source
    from ipgraph.snapshots.declarations import Declarations
    from ipgraph.snapshots.literals import Recorder

_MAX_SHOWN = 20


@dataclass(slots=True)
class ReadingReport:
    """What was found while files were read, apart from their statements."""

    broken: list[tuple[str, str]] = field(default_factory=list)  # file, and error with hint
    read_as: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)  # members of archives that are not RDF
    repairs: repairs.Repairs = field(default_factory=repairs.Repairs)

    def as_json(self) -> dict[str, Any]:
        """Return the report for the manifest of a snapshot."""
        return {
            "broken": self.broken,
            "read_as": self.read_as[:_MAX_SHOWN],
            "repairs": {
                "count": self.repairs.count,
                "shown": [[item.file, item.written, item.stored] for item in self.repairs.shown],
            },
        }


class Reader:
    """Reads files into `engine`. Each file is read whole or not at all.

    `recorder` gets the literals that the engine stores in another form.
    """

    def __init__(
        self,
        engine: ox.Store,
        options: ReadingOptions,
        report: ReadingReport | None = None,
        recorder: Recorder | None = None,
        declarations: Declarations | None = None,
    ) -> None:
        """`recorder` gets the literals that are stored in another form, `declarations` prefixes."""
        self._engine = engine
        self._options = options
        self._report = report if report is not None else ReadingReport()
        self._recorder = recorder
        self._declarations = declarations
        self._budget = Budget.of(options.max_unpacked_bytes)
        self._contexts = contexts.Contexts(dict(options.contexts))

    def read(self, data: bytes, source: Source) -> Iterator[Unreadable]:
        """Read a file; yield an error for each part that cannot be read.

        A part is the file itself, or a member of an archive. A member that is not RDF is skipped,
        unless no member is.
        """
        parts, skipped = 0, 0
        try:
            for member in unpack(data, source.name, self._budget):
                parts += 1
                try:
                    skipped += not self._read_member(member, source)
                except Unreadable as error:
                    yield error
        except Unreadable as error:
            yield error
            return
        if parts == skipped and not source.may_be_foreign:
            yield Unreadable(f"{source.name} is an archive without RDF.")

    def _read_member(self, member: Member, source: Source) -> bool:
        """Read a part of a file; return False if it is skipped."""
        graph, base = source.graph, source.base or source.graph
        if member.path:
            graph = base = f"{source.graph}/{_quoted(member.path)}"
        data = encodings.to_utf8(member.data, member.name)
        try:
            candidates = self._candidates(data, member, source)
        except Unreadable:
            if not (member.path or source.may_be_foreign):
                raise
            self._report.skipped.append(member.name)
            return False
        error: Unreadable | None = None
        for syntax in candidates:
            try:
                self._parse(data, syntax, member.name, graph, base)
            except Unreadable as failure:
                error = failure if syntax is N3 else error or failure
                continue
            self._note(member.name, syntax)
            return True
        assert error is not None  # noqa: S101  there is at least one candidate
        raise error

    def _candidates(self, data: bytes, member: Member, source: Source) -> tuple[Syntax, ...]:
        """Return the syntaxes to try. Raises `Unreadable` for what is not RDF."""
        if source.syntax and not source.syntax.startswith("?"):
            return (syntaxes.by_key(source.syntax),)
        hint = None
        if source.syntax and not member.path:
            hint = syntaxes.by_key(source.syntax[1:])
        found = recognition.recognize(data, member.name, hint)
        if isinstance(found, Foreign):
            raise Unreadable(f"{member.name} holds {found.what}, not RDF.", hint=found.advice)
        if member.path and not found.is_certain and not _is_rdf_name(member.path):
            raise Unreadable(f"{member.name} is not RDF.")
        return found.candidates

    def _parse(self, data: bytes, syntax: Syntax, name: str, graph: str, base: str) -> None:
        """Screen and parse a document. Raises `Unreadable` and leaves the store as it was."""
        if syntax is N3 and b"<=" in data:  # a rule; the screen would take it for an IRI
            raise _with_formulas(name)
        screening.screen(data, name, syntax.family, self._options.max_depth)
        written = data
        if syntax is RDF_XML:
            data = rdfxml.rewrite(data)
        elif syntax is JSON_LD:
            data = contexts.insert(data, name, base, self._contexts)
        recorder = self._recorder.fresh() if self._recorder else None
        if recorder and not may_differ(data, syntax.rdf_format):
            recorder = None
        try:
            if recorder or self._needs_quads(data, syntax):
                quads = self._quads(data, syntax, name, graph, base)
                if recorder:
                    quads = recorder.watch(quads, data, syntax.rdf_format)
                self._engine.extend(quads)
            else:
                target = ox.NamedNode(graph)
                self._engine.load(data, format=syntax.rdf_format, base_iri=base, to_graph=target)
        except SyntaxError as error:
            raise _parse_error(name, error) from error
        except MemoryError as error:
            raise token_too_long(error, name) from error
        if recorder and self._recorder:
            self._recorder.absorb(recorder)
        # A context that was put in declares more prefixes than the file uses.
        if self._declarations and (syntax is not JSON_LD or data == written):
            self._declarations.read(data, syntax.rdf_format, base)

    def _needs_quads(self, data: bytes, syntax: Syntax) -> bool:
        """True if the quads of a document are looked at one by one, which takes 3 times as long."""
        has_mark = syntax is RDF_XML and rdfxml.NO_LANGUAGE.encode() in data
        return self._options.lenient or syntax is N3 or has_mark

    def _quads(
        self, data: bytes, syntax: Syntax, name: str, graph: str, base: str
    ) -> Iterator[ox.Quad]:
        target, default = ox.NamedNode(graph), ox.DefaultGraph()
        repairer = None
        if self._options.lenient:
            repairer = repairs.Repairer(name, self._report.repairs)
        for quad in ox.parse(
            data,
            format=syntax.rdf_format,
            base_iri=base,
            rename_blank_nodes=True,
            lenient=self._options.lenient,
        ):
            if syntax is N3 and quad.graph_name != default:
                raise _with_formulas(name)
            found = rdfxml.without_mark(quad) if syntax is RDF_XML else quad
            if found.graph_name == default:
                found = ox.Quad(found.subject, found.predicate, found.object, target)
            yield found if repairer is None else repairer.quad(found)

    def _note(self, name: str, syntax: Syntax) -> None:
        """Report a syntax that is not that of the file's suffix."""
        expected = syntaxes.by_suffix(name)
        if expected is None or expected is syntax or N3 in (expected, syntax):
            return
        if {expected.key, syntax.key} in ({"nt", "nq"}, {"ttl", "trig"}):
            return
        self._report.read_as.append(f"{name} holds {syntax.name}; read as {syntax.name}.")


def combined(errors: list[Unreadable]) -> Unreadable:
    """Return one error for all files that cannot be read; a single error is returned as it is."""
    if len(errors) == 1:
        return errors[0]
    lines = [f"{len(errors):,} files cannot be read:"]
    lines += [f"  {with_hint(error)}" for error in errors[:_MAX_SHOWN]]
    if len(errors) > _MAX_SHOWN:
        lines.append(f"  and {len(errors) - _MAX_SHOWN:,} more")
    return Unreadable("\n".join(lines), place=errors[0].place)


def with_hint(error: Unreadable) -> str:
    """Return the message of an error and what to do, in one text."""
    return f"{error} {error.hint}".strip()


def _with_formulas(name: str) -> Unreadable:
    message = f"{name} has N3 formulas or rules, which RDF cannot express."
    return Unreadable(message, hint="Keep only the statements outside of { }.")


def _is_rdf_name(name: str) -> bool:
    return name.lower().endswith(syntaxes.OWN_SUFFIXES)


def _quoted(path: str) -> str:
    from urllib.parse import quote  # late: few files are archives

    return quote(path)


def _parse_error(name: str, error: SyntaxError) -> Unreadable:
    """Return an error of one line with the place, and what the parser expected there."""
    text = str(error.msg)
    _, colon, expected = text.partition(": ")
    place = Place(error.lineno or 1, error.offset or 1, name)
    message = expected if colon else text
    hint = ""
    if any(word in message for word in ("Invalid IRI", "subtag", "language tag")):
        hint = "To read the file all the same, with this repaired, use --lenient."
    return Unreadable(f"{place}: {message}", place=place, hint=hint)
