"""Hostile documents, built as any file is: this process survives, and the outcome is the right one.

Each family and syntax has one document in the quick round, and all others in the slow one.
"""

from __future__ import annotations

import pytest

import ipgraph
from ipgraph.errors import BuildStopped, InvalidData
from ipgraph.settings import Settings
from support.hostile_documents import LOADED, REFUSED, STOPPED, Document, documents

DOCUMENTS = documents(0.02)
QUICK = {(document.family, document.suffix): document for document in reversed(DOCUMENTS)}


def parameters() -> list[object]:
    """Return the documents; those that are not the first of their kind are slow."""
    return [
        pytest.param(
            document,
            id=document.name,
            marks=() if document in QUICK.values() else pytest.mark.slow,
        )
        for document in DOCUMENTS
    ]


def test_there_are_at_least_40_documents_in_five_syntaxes():
    assert len({document.name for document in DOCUMENTS}) == len(DOCUMENTS) >= 40
    assert len({document.suffix for document in DOCUMENTS}) >= 5


@pytest.mark.parametrize("document", parameters())
def test_a_hostile_document_is_refused_stopped_or_loaded(document: Document, tmp_path):
    file = tmp_path / f"hostile{document.suffix}"
    file.write_bytes(document.content())
    settings = Settings(
        cache=str(tmp_path / "cache"),
        build_memory_limit_mib=700,
        build_time_limit_s=600,
    )
    try:
        graph = ipgraph.open(file, settings=settings)
    except InvalidData as error:
        outcome, message = STOPPED if isinstance(error, BuildStopped) else REFUSED, str(error)
        assert "hostile" in message or outcome == STOPPED  # it names the file, or the stage
        assert "crashed" not in message
        assert "\n" not in message
    else:
        outcome, message = LOADED, ""
        assert graph.info()["counts"]["stated"] >= 0
    assert outcome in document.outcomes
    assert document.message in message
