"""Files of all forms, from the path to the statements."""

from __future__ import annotations

import gzip
import zipfile

import pytest

from ipgraph.errors import NotFound, Unreadable
from ipgraph.inputs.parsing import ReadingReport
from ipgraph.snapshots import loading

TURTLE = "@prefix : <http://e/> .\n:a :p '%s' .\n"
BROKEN = "@prefix : <http://e/> .\n:a :p\n"


def load(*paths, syntax=""):
    return loading.load(loading.inputs_of(paths, syntax))


def write(folder, **files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def graphs(engine):
    return {graph.value.rpartition("/")[2] for graph in engine.named_graphs()}


@pytest.mark.parametrize("name", ["a", "a.txt", "a.owl", "a.rdf", "a.json", "a.n3", "a.nt", "a.nq"])
def test_turtle_is_read_under_any_name(tmp_path, name):
    write(tmp_path, **{name: TURTLE % "x"})
    assert len(load(tmp_path / name)) == 1


def test_another_syntax_than_that_of_the_suffix_is_reported(tmp_path):
    write(tmp_path, **{"a.owl": TURTLE % "x", "b.ttl": "<a:g> { <a:a> <a:b> <a:c> }"})
    report = ReadingReport()
    loading.load(loading.inputs_of([tmp_path]), report=report)
    assert [text.rpartition("/")[2] for text in report.read_as] == [
        "a.owl holds Turtle; read as Turtle."
    ]


def test_trig_under_the_suffix_of_turtle_keeps_its_graphs(tmp_path):
    write(tmp_path, **{"b.ttl": "<a:g> { <a:a> <a:b> <a:c> }"})
    assert {str(graph) for graph in load(tmp_path / "b.ttl").named_graphs()} == {"<a:g>"}


def test_a_chosen_syntax_wins(tmp_path):
    write(tmp_path, **{"a.ttl": '{"@id": "http://e/a", "http://e/p": "x"}'})
    assert len(load(tmp_path / "a.ttl", syntax="jsonld")) == 1
    with pytest.raises(Unreadable):
        load(tmp_path / "a.ttl", syntax="nt")


def test_a_file_that_is_not_rdf_is_an_error_that_names_it(tmp_path):
    write(tmp_path, **{"a.txt": "hello"})
    with pytest.raises(Unreadable, match=r"a\.txt holds text in an unknown format, not RDF"):
        load(tmp_path / "a.txt")


def test_n3_without_formulas_is_read_and_with_formulas_refused(tmp_path):
    write(tmp_path, **{"a.n3": "@prefix : <http://e/> .\n:a = :b . :a :p :c ."})
    assert len(load(tmp_path / "a.n3")) == 2
    write(tmp_path, **{"a.n3": "@prefix : <http://e/> .\n{ :a :p :b } => { :b :p :a } ."})
    with pytest.raises(Unreadable, match="N3 formulas"):
        load(tmp_path / "a.n3")


def test_the_members_of_an_archive_have_graphs_of_their_own(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("one.ttl", TURTLE % "1")
        archive.writestr("in/two words.nt.gz", gzip.compress(b"<a:a> <a:b> <a:c> ."))
        archive.writestr("README.md", "hello")
        archive.writestr("package.json", "{}")
    engine = load(tmp_path / "a.zip")
    assert len(engine) == 2
    assert graphs(engine) == {"one.ttl", "two%20words.nt.gz"}


def test_an_archive_without_rdf_is_an_error(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("README.md", "hello")
    with pytest.raises(Unreadable, match="without RDF"):
        load(tmp_path / "a.zip")


def test_what_is_not_rdf_in_a_folder_is_skipped_and_counted(tmp_path):
    write(
        tmp_path,
        **{
            "a.ttl": TURTLE % "1",
            "b.json": '{"@id": "a:a", "a:b": 1}',
            "c": "<a:a> <a:b> 1 .",
            "d.txt": TURTLE % "2",
            "in/e.owl": TURTLE % "3",
            "f.ttl.gz": b"\x1f\x8b",
            "catalog-v001.xml": "<catalog/>",
            "package.json": '{"name": "x"}',
            "x.png": b"\x89",
            "y.png": b"",
            "NOTES": "words",
            ".git/a.ttl": BROKEN,
            ".hidden.ttl": BROKEN,
        },
    )
    write(tmp_path, **{"f.ttl.gz": gzip.compress((TURTLE % "4").encode())})
    found = loading.find([tmp_path])
    assert [file.path.name for file in found.files] == [
        *("a.ttl", "b.json", "d.txt", "f.ttl.gz", "e.owl")
    ]
    assert found.skipped == {".xml": 1, ".json": 1, ".png": 2, "NOTES": 1, "c": 1}
    assert len(loading.load(found.files)) == 5


def test_all_broken_files_are_named_at_once(tmp_path):
    write(tmp_path, **{"a.ttl": BROKEN, "b.ttl": TURTLE % "1", "c.ttl": BROKEN})
    paths = sorted(tmp_path.iterdir())
    with pytest.raises(Unreadable) as caught:
        load(*paths)
    first, *lines = str(caught.value).split("\n")
    assert first == "2 files cannot be read:"
    assert [line.split(":")[0].rpartition("/")[2] for line in lines] == ["a.ttl", "c.ttl"]


def test_a_broken_file_in_a_folder_is_reported_and_the_others_are_read(tmp_path):
    write(tmp_path, **{"a.ttl": BROKEN, "b.ttl": TURTLE % "1"})
    report = ReadingReport()
    engine = loading.load(loading.inputs_of([tmp_path]), report=report)
    assert graphs(engine) == {"b.ttl"}
    ((file, error),) = report.broken
    assert file == str(tmp_path / "a.ttl")
    assert error.startswith(f"{tmp_path / 'a.ttl'}:3:")


def test_a_broken_file_that_is_named_is_an_error_also_next_to_its_folder(tmp_path):
    write(tmp_path, **{"a.ttl": BROKEN, "b.ttl": TURTLE % "1"})
    inputs = loading.inputs_of([tmp_path, tmp_path / "a.ttl"])
    with pytest.raises(Unreadable, match=r"a\.ttl:3:"):
        loading.load(inputs, report=ReadingReport())


def test_a_folder_in_which_nothing_can_be_read_is_an_error(tmp_path):
    write(tmp_path, **{"a.ttl": BROKEN, "b.ttl": BROKEN})
    with pytest.raises(Unreadable, match="2 files cannot be read"):
        loading.load(loading.inputs_of([tmp_path]), report=ReadingReport())


def test_a_folder_without_rdf_says_what_it_has(tmp_path):
    write(tmp_path, **{"a.png": b"", "b.png": b""})
    with pytest.raises(NotFound, match="has no RDF files") as caught:
        loading.inputs_of([tmp_path])
    assert "2 .png" in caught.value.hint


def test_a_link_to_a_folder_is_not_followed(tmp_path):
    write(tmp_path, **{"a.ttl": TURTLE % "1"})
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert len(loading.inputs_of([tmp_path])) == 1
