from __future__ import annotations

import json
from datetime import date

import pytest

from ipgraph.dataset.config import reader
from ipgraph.dataset.config.file import DatasetFile
from ipgraph.dataset.config.model import DatasetConfig
from ipgraph.dataset.config.roles import WELL_KNOWN
from ipgraph.dataset.config.table import CONTENT, INDEX, PAGES, keys_of
from ipgraph.dataset.config.values import PropertyPath, Step, Text, path_of
from ipgraph.errors import NotFound, UsageError

LT = "https://library.example/terms#"
HEAD = f'[prefixes]\nlt = "{LT}"\n'
WHOLE = f"""
title = {{ en = "Library", es = "Biblioteca" }}
languages = ["en", "es"]
export = "closed"
prefixes = {{ lt = "{LT}" }}
roles = {{ begin = ["lt:from", "..."], seen = ["lt:at/^lt:of"] }}
kinds = [{{ label = "Branches", classes = ["lt:Branch"] }}]

[time]
present = 2013-07-01

[[nodes]]
class = "lt:Appointment"
ties = ["lt:person", "lt:branch"]
states = [{{ property = "lt:runs" }}]
sentence = "{{lt:person}} ran {{lt:branch}}"
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "dataset.toml"


def faults_of(path, text):
    """Return the faults of a file as lines and messages."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        reader.read(path)
    lines = [line.removeprefix(f"{path}:") for line in str(caught.value).split("\n")]
    return [(int(number), text) for number, _, text in (line.partition(": ") for line in lines)]


def test_a_file_is_read_with_full_iris(path):
    path.write_text(WHOLE, encoding="utf-8")
    config = reader.read(path)
    assert config.title.choose(("es",)) == "Biblioteca"
    assert config.role("begin") == (path_of(LT + "from"), *WELL_KNOWN["begin"])
    assert config.role("seen") == (PropertyPath((Step(LT + "at"), Step(LT + "of", inverse=True))),)
    assert config.role("short") == WELL_KNOWN["short"]
    assert config.time.present == date(2013, 7, 1)
    assert config.nodes[0].class_ == LT + "Appointment"
    assert config.nodes[0].states[0].property == LT + "runs"


def test_the_checked_form_becomes_json_and_is_read_again(path):
    path.write_text(WHOLE, encoding="utf-8")
    config = reader.read(path)
    assert reader.from_table(json.loads(json.dumps(reader.to_table(config)))) == config


def test_an_empty_file_is_the_default(path):
    path.write_text("", encoding="utf-8")
    assert reader.read(path) == DatasetConfig()


def test_all_faults_are_reported_at_once_with_their_lines(path):
    text = HEAD + "\n[time]\npresnt = 2013-07-01\n\n[iris]\nthings = 7\n\n[rolls]\n"
    assert faults_of(path, text) == [
        (5, '[time] has no key "presnt". Did you mean "present"?'),
        (8, "[iris] things is the number 7; it must be the beginning of the IRIs of things."),
        (10, 'The file has no key "rolls". Did you mean "roles"?'),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('start = "lx:a"', 'the prefix of "lx:a" is not declared. Did you mean "lt"?'),
        ('start = "a b"', '"a b" is not a prefixed name or a full IRI.'),
        ('menu = ["brows"]', 'there is no page "brows". Did you mean "browse"?'),
        ('roles = { begun = ["lt:a"] }', '[roles] has no role "begun". Did you mean "begin"?'),
        ('export = "all"', 'must be "stated" or "closed"'),
        ('title = { english_words = "x" }', '"english_words", which is no language tag'),
        ('title = " "', "title is empty"),
        ('contact = "javascript:alert(1)"', "an address with mailto: or https:"),
        ('files = [{ path = "../x.ttl" }]', "a file pattern inside the folder"),
        ('files = [{ path = "C:/x.ttl" }]', "a file pattern inside the folder"),
        ('files = [{ path = "file:///etc/x.ttl" }]', "a file pattern inside the folder"),
        ('files = [{ graph = "lt:g" }]', '[[files]] 1 needs the key "path"'),
        ('nodes = [{ class = "lt:N", ties = ["lt:a"], states = [{ object = "lt:b" }] }]', "either"),
        (
            'nodes = [{ class = "lt:N", ties = ["lt:o"], states = [{ by = "lt:p" }] }]',
            "#p> is not among the ties",
        ),
        (
            'nodes = [{ class = "lt:N", ties = ["lt:place"], sentence = "{lt:plase} {x}" }]',
            "is not among the ties. Did you mean",
        ),
        ('relations = [{ properties = ["lt:a"] }, { properties = ["lt:a"] }]', "is already in 1"),
        ('collections = [{ name = "graph", class = "lt:C", title = "C" }]', "is an address of"),
        (
            'time = { present = 2013-07-02, horizon = 2013-07-01 }',
            "present is 2013-07-02, after horizon",
        ),
        ('iris = { things = "https://a.example/", terms = "https://a.example/t#" }', "begins with"),
        ('disagreements = [{ label = "Origin" }]', 'needs either "properties" or "question"'),
        ('questions = { start = ["units"] }', 'there is no question "units"'),
        ('checks = { shapes = ["shape.ttl"] }', 'there is no "shape.ttl"'),
        ("keywords = [1]", "keywords, item 1 is the number 1"),
        ('name = "A b"', "a name of a-z"),
        ('roles = { begin = ["lt:a|lt:b"] }', "is not a path of properties"),
        ('roles = { begin = ["lt:a*"] }', "there is no repetition"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_line(path, text, message):
    faults = faults_of(path, f"# a comment\n{text}\n{HEAD}")
    assert [line for line, _ in faults] == [2] * len(faults)
    assert any(message in fault for _, fault in faults), faults


def test_a_syntax_error_has_its_line(path):
    assert faults_of(path, "title = 'x'\nname =\n")[0][0] == 2


def test_an_item_of_a_list_has_its_own_line(path):
    text = '[[kinds]]\nlabel = "A # [not a header]"\nclasses = [\n  "rdf:Bag",\n  "xx:B",\n]\n'
    assert [line for line, _ in faults_of(path, text)] == [5]


def test_the_second_table_of_a_list_has_its_own_lines(path):
    text = '[[kinds]]\nlabel = "A"\nclasses = []\n[[kinds]]\nlabel = """\n[x]\n"""\nclases = []\n'
    assert [line for line, _ in faults_of(path, text)] == [4, 8]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = " + "[" * 500, "more than 16 brackets"),
        (".".join("a" * 20) + " = 1", "more than 8 dots"),
        ("[" + ".".join("a" * 100_000) + "]", "more than 8 dots"),
        ("x = '" + "a" * (257 << 10) + "'", "more than 256 KiB"),
        ('title = "' + "a" * 20_001 + '"', "at most 20,000"),
        ("keywords = [" + "'a'," * 501 + "]", "at most 500"),
    ],
)
def test_a_file_beyond_a_bound_is_refused_in_words(path, text, message):
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        reader.read(path)


def test_bytes_that_are_not_utf_8_are_refused(path):
    path.write_bytes(b"title = '\xff'")
    with pytest.raises(UsageError, match="not UTF-8"):
        reader.read(path)


def test_a_missing_file_is_not_found(path):
    with pytest.raises(NotFound, match="Cannot read"):
        reader.read(path)


def test_each_part_has_its_own_hash(path):
    def digests(text):
        path.write_text(text, encoding="utf-8")
        config = reader.read(path)
        return [reader.digest(config, part) for part in (CONTENT, INDEX, PAGES)]

    content, index, pages = digests(WHOLE)
    assert digests(f"# moved\n{WHOLE}") == [content, index, pages]
    assert digests(WHOLE.replace("Biblioteca", "Casa"))[:2] == [content, index]
    assert digests(WHOLE.replace("} ran {", "} led {"))[0] == content
    assert digests(WHOLE.replace("lt:runs", "lt:leads"))[0] != content
    assert digests(WHOLE.replace('"lt:at/^lt:of"', '"lt:at"'))[0] != content
    changed = digests(WHOLE.replace('"en", "es"]', '"es", "en"]'))
    assert changed[0] == content
    assert changed[1] != index


def test_every_key_says_what_it_means():
    infos = keys_of(DatasetConfig)
    assert len(infos) > 30
    assert all(info.meaning and info.absent and info.readers for info in infos)


def test_a_text_is_chosen_by_language():
    text = Text((("", "plain"), ("es", "español")))
    assert text.choose(("es",)) == "español"
    assert text.choose(("fr", "en")) == "plain"
    assert Text((("es-MX", "x"),)).choose(("es",)) == "x"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "documents").mkdir()
    for name in ("terms.ttl", "documents/b.ttl", "documents/a.ttl", "documents/note.txt"):
        (tmp_path / name).write_text("", encoding="utf-8")
    return tmp_path


def described(folder, *patterns):
    lines = [f'{{ path = "{path}", graph = "{graph}" }}' for path, graph in patterns]
    text = f"files = [{', '.join(lines)}]\n"
    (folder / "dataset.toml").write_text(text, encoding="utf-8")
    return DatasetFile.at(folder / "dataset.toml")


def test_patterns_give_each_file_its_graph(folder):
    file = described(folder, ("terms.ttl", "urn:terms"), ("documents/*.ttl", "urn:doc:{name}"))
    assert file.input_files() == (
        (folder / "terms.ttl", "urn:terms"),
        (folder / "documents" / "a.ttl", "urn:doc:a"),
        (folder / "documents" / "b.ttl", "urn:doc:b"),
    )


def test_a_pattern_that_matches_nothing_is_refused(folder):
    file = described(folder, ("terms.tl", "urn:g"))
    with pytest.raises(UsageError, match=r':1: No file in .* Did you mean "terms.ttl"'):
        file.input_files()


def test_a_file_with_two_graphs_is_refused(folder):
    file = described(folder, ("documents/*.ttl", "urn:a"), ("documents/a.ttl", "urn:b"))
    with pytest.raises(UsageError, match="two graphs"):
        file.input_files()


@pytest.mark.parametrize("name", ["out.ttl", "documents/out.ttl", "linked/x.ttl"])
def test_a_link_that_leads_out_is_refused(folder, tmp_path_factory, name):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "x.ttl").write_text("", encoding="utf-8")
    (folder / "linked").symlink_to(outside)
    if not name.startswith("linked"):
        (folder / name).symlink_to(outside / "x.ttl")
    with pytest.raises(UsageError, match="leads out"):
        described(folder, (name, "urn:g")).input_files()


def test_an_outline_saves_reading_and_follows_the_file(folder, tmp_path_factory, monkeypatch):
    cache = tmp_path_factory.mktemp("cache")
    described(folder, ("terms.ttl", "urn:a"))
    DatasetFile.at(folder / "dataset.toml", cache)
    with monkeypatch.context() as patched:
        patched.setattr(reader, "read", None)
        file = DatasetFile.at(folder / "dataset.toml", cache)
    assert file.patterns == (("terms.ttl", "urn:a"),)
    assert file.config.files[0].graph == "urn:a"
    described(folder, ("terms.ttl", "urn:longer"))
    assert DatasetFile.at(folder / "dataset.toml", cache).patterns == (("terms.ttl", "urn:longer"),)
