"""What a build found that its users must know: it is in the manifest, and does not block opening.

A contradiction, a file in a folder that cannot be read, a repaired term: `warnings` says so in
sentences, which every opening of the graph shows. Imported ontologies that are missing and files
that are not RDF are named when the graph is built, and by `ipgraph info`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.inputs import selection
from ipgraph.namespaces import OWL, RDF
from ipgraph.reasoning.inference import Inconsistency, Premise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ipgraph.inputs.parsing import ReadingReport
    from ipgraph.snapshots.loading import Input

MAX_CONTRADICTIONS = 200  # that are stored
_MAX_SHOWN = 20
_IMPORTS = ox.NamedNode(OWL + "imports")
_VERSION = ox.NamedNode(OWL + "versionIRI")
_TYPE, _ONTOLOGY = ox.NamedNode(RDF + "type"), ox.NamedNode(OWL + "Ontology")


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings of a build.

    `contradictions` are the first `MAX_CONTRADICTIONS` of `contradiction_count`. `broken` pairs a
    file with its error, `repairs` a term as written with its file and what was stored; `skipped`
    counts files that are not RDF by suffix or name.
    """

    contradictions: tuple[Inconsistency, ...] = ()
    contradiction_count: int = 0
    files: int = 0
    broken: tuple[tuple[str, str], ...] = ()
    repairs: tuple[tuple[str, str, str], ...] = ()
    repair_count: int = 0
    read_as: tuple[str, ...] = ()
    missing_imports: tuple[str, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the findings for the manifest."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Findings:
        """Return the findings in a manifest."""
        contradictions = tuple(
            Inconsistency(
                item["rule"],
                item["message"],
                tuple(
                    Premise(**{**premise, "sources": tuple(premise["sources"])})
                    for premise in item["premises"]
                ),
            )
            for item in found["contradictions"]
        )
        pairs = {name: tuple(map(tuple, found[name])) for name in ("broken", "repairs")}
        lists = {name: tuple(found[name]) for name in ("read_as", "missing_imports")}
        return cls(**{**found, **pairs, **lists, "contradictions": contradictions})

    @property
    def contradiction_warning(self) -> str:
        """One line about contradictions, or nothing."""
        if not self.contradictions:
            return ""
        count = self.contradiction_count
        first = self.contradictions[0]
        return (
            f"The graph contradicts itself ({count:,} contradiction{'s' * (count != 1)}): "
            f"{' '.join(first.message.split())} (rule {first.rule}). "
            "The page /quality and ipgraph check list them."
        )

    @property
    def broken_warning(self) -> str:
        """One sentence about files that cannot be read, or nothing."""
        broken = len({file for file, _ in self.broken})
        if not broken:
            return ""
        them = "it" if broken == 1 else "them"
        return (
            f"{broken:,} of {self.files:,} files cannot be read; the graph is open without {them}:"
        )

    @property
    def warnings(self) -> list[str]:
        """What every user of the graph must know, a line each."""
        lines = [line for line in (self.contradiction_warning, self.broken_warning) if line]
        lines += [f"  {' '.join(error.split())}" for _, error in self.broken[:_MAX_SHOWN]]
        if len(self.broken) > _MAX_SHOWN:
            lines.append(f"  and {len(self.broken) - _MAX_SHOWN:,} more")
        if self.repair_count:
            count = self.repair_count
            lines.append(
                f"{count:,} invalid IRI{'s' * (count != 1)} or language tag{'s' * (count != 1)} "
                "repaired (--lenient). The page /quality lists them."
            )
        return lines

    @property
    def notes(self) -> list[str]:
        """What those who build the graph should know, a sentence each."""
        notes = [*self.read_as]
        if self.missing_imports:
            shown = ", ".join(f"<{iri}>" for iri in self.missing_imports[:_MAX_SHOWN])
            more = len(self.missing_imports) - _MAX_SHOWN
            notes.append(
                f"Imported ontologies that are not among the files: {shown}"
                + (f" and {more:,} more." if more > 0 else ".")
            )
        if skipped := selection.summary(Counter(self.skipped)):
            notes.append(skipped)
        return notes


def collect(
    contradictions: tuple[Inconsistency, ...],
    report: ReadingReport,
    inputs: tuple[Input, ...],
    engine: ox.Store,
    skipped: Mapping[str, int],
) -> Findings:
    """Return the findings of a build."""
    counted = Counter(skipped)
    counted.update("in archives" for _ in report.skipped)
    return Findings(
        contradictions=contradictions[:MAX_CONTRADICTIONS],
        contradiction_count=len(contradictions),
        files=len(inputs),
        broken=tuple(report.broken),
        repairs=tuple((item.file, item.written, item.stored) for item in report.repairs.shown),
        repair_count=report.repairs.count,
        read_as=tuple(report.read_as[:_MAX_SHOWN]),
        missing_imports=tuple(sorted(set(_missing_imports(engine, inputs)))),
        skipped=dict(counted),
    )


def _missing_imports(engine: ox.Store, inputs: Iterable[Input]) -> Iterator[str]:
    """Yield the ontologies that ``owl:imports`` names and that are not in the graph."""
    known = {name for file in inputs for name in (file.graph, file.base)}
    known |= {str(getattr(graph, "value", "")) for graph in engine.named_graphs()}
    for quad in engine.quads_for_pattern(None, _IMPORTS, None):
        named = quad.object
        if not isinstance(named, ox.NamedNode) or named.value in known:
            continue
        declared = engine.quads_for_pattern(named, _TYPE, _ONTOLOGY)
        versions = engine.quads_for_pattern(None, _VERSION, named)
        if next(iter(declared), None) is None and next(iter(versions), None) is None:
            yield named.value
