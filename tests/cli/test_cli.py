"""The command line as a process: output, messages and exit codes."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys

import pyoxigraph as ox
import pytest

from ipgraph.cli.main import COMMANDS
from ipgraph.serialization.formats import by_name
from support import hard_graphs

ASK_UNITS = "SELECT ?unit WHERE { ?unit org:unitOf id:ip }"


@pytest.fixture
def run(session_cache, project):
    """Run `ipgraph` with some arguments; the graph of the project is already built."""
    assert project.built

    def run(*arguments, given=None, **options):
        return subprocess.run(
            [sys.executable, "-m", "ipgraph", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            input=given,
            env=environment(session_cache),
            **options,
        )

    return run


def environment(cache, **variables):
    """Return the environment of a command, which says nothing about its progress by default."""
    fixed = {"IPGRAPH_CACHE": str(cache), "COLUMNS": "100", "IPGRAPH_PROGRESS_AFTER_S": "0"}
    return {**os.environ, **fixed, **variables}


def test_pipe_gets_tab_separated_values(run):
    done = run("query", ASK_UNITS)
    assert done.returncode == 0
    assert done.stdout.startswith("?unit\n")
    assert "<https://w3id.org/ipgraph/id/pscd>" in done.stdout.splitlines()
    assert done.stderr == ""


def test_from_merges_graphs(run):
    graphs = "FROM src:dhs-sector-specific-agencies-2015 FROM src:attyclientpriv-ppd-21"
    lines = run("query", f"SELECT * {graphs} {{ ?s ?p ?o }}").stdout.splitlines()
    assert len(lines) == len(set(lines)) > 1


def test_table_shows_labels(run):
    done = run("query", "--format", "table", ASK_UNITS)
    assert "Protective Security Coordination Division id:pscd" in done.stdout
    assert re.search(r"^\d+ rows$", done.stdout, re.MULTILINE)


def test_table_is_cut_at_the_limit_and_shows_the_total(run):
    done = run("query", "--format", "table", "--limit", "2", ASK_UNITS)
    assert re.search(r"^first 2 of \d+ rows$", done.stdout, re.MULTILINE)
    assert done.stdout.count("id:") == 2


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_limit_returns_the_first_rows_in_each_format(run, name):
    ask = (
        'SELECT ?s ?o { VALUES (?s ?o) { (id:ip 1) (id:nicc "a,\\"<b>\\"\\n") '
        '(UNDEF "c"@en) (id:dhs 2.5) } }'
    )
    whole = run("query", "--format", name, ask).stdout
    form = ox.QueryResultsFormat.from_media_type(by_name(name).media_type)
    if name == "csv":
        assert run("query", "--limit", "4", "--format", name, ask).stdout == whole
        return
    rows = [tuple(row) for row in ox.parse_query_results(whole.encode(), format=form)]
    cut = run("query", "--limit", "3", "--format", name, ask).stdout
    assert len(rows) == 4
    assert [tuple(row) for row in ox.parse_query_results(cut.encode(), format=form)] == rows[:3]


def test_limit_applies_to_construct_too(run):
    everything = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    assert run("query", "--limit", "3", "--format", "nt", everything).stdout.count(" .\n") == 3


def test_limit_writes_triple_terms_and_base_directions(run, tmp_path):
    file = tmp_path / "terms.ttl"
    file.write_text('<a:s> <a:p> <<( <a:x> <a:y> "z"@ar--rtl )>> .', encoding="utf-8")
    ask = "SELECT ?o { <a:s> <a:p> ?o }"
    for name in ("json", "xml"):
        whole = run("query", "--store", file, "--format", name, ask)
        cut = run("query", "--store", file, "--limit", "5", "--format", name, ask)
        assert (cut.returncode, cut.stderr) == (0, "")
        for part in ("a:x", "a:y", "its:dir", "rtl"):
            assert part in whole.stdout
            assert part in cut.stdout
    for name in ("csv", "tsv"):
        assert "z" in run("query", "--store", file, "--limit", "5", "--format", name, ask).stdout
    described = run("describe", "--store", file, "<a:s>")
    assert described.returncode == 0
    assert "z" in described.stdout


def test_a_result_without_rows_says_why_on_standard_error(run):
    text = 'SELECT ?s { ?s rdfs:label "Office for Bombing Prevention" }'
    for name in ("table", "tsv", "json"):
        done = run("query", "--format", name, text)
        assert done.returncode == 0
        assert 'there is "Office for Bombing Prevention"@en' in done.stderr
    assert run("query", text.replace('Prevention"', 'Prevention"@en')).stderr == ""
    graph = run("query", "SELECT * FROM <urn:none> { ?s ?p ?o }")
    assert (graph.returncode, "no graph <urn:none>" in graph.stderr) == (0, True)


@pytest.mark.parametrize(("name", "start"), [("json", "{"), ("xml", "<?xml"), ("n3", "@prefix")])
def test_a_name_of_a_format_fits_triples_too(run, name, start):
    done = run("query", "--format", name, "--limit", "1", "CONSTRUCT WHERE { ?s a ?o }")
    assert done.stdout.lstrip("[").startswith(start)


def test_a_short_name_is_found_as_a_plain_string(run):
    done = run("query", "--format", "csv", 'SELECT ?x { ?x ip:acronym "NISAC" }')
    assert done.stdout.splitlines()[1:] == ["https://w3id.org/ipgraph/id/nisac"]


def test_query_is_read_from_standard_input_and_from_a_file(run, tmp_path):
    file = tmp_path / "question.rq"
    file.write_text(ASK_UNITS, encoding="utf-8")
    piped = run("query", given=ASK_UNITS)
    assert piped.stdout == run("query", "-", given=ASK_UNITS).stdout
    assert piped.stdout == run("query", "-f", file).stdout
    assert "id/nicc" in piped.stdout


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("json", '"bindings"'),
        ("xml", "<binding"),
        ("csv", "https://w3id.org/ipgraph/id/pscd"),
        ("tsv", "<https://w3id.org/ipgraph/id/pscd>"),
    ],
)
def test_solutions_are_written_in_each_format(run, name, mark):
    assert by_name(name).name == name
    done = run("query", "--format", name, ASK_UNITS)
    assert done.returncode == 0
    assert mark in done.stdout


@pytest.mark.parametrize("name", ["ttl", "nt", "rdf", "jsonld"])
def test_triples_are_written_in_each_format(run, name):
    done = run("query", "--format", name, "DESCRIBE id:pscd")
    assert done.returncode == 0
    assert "pscd" in done.stdout


def test_result_of_an_ask_is_a_word(run):
    done = run("query", "--format", "table", "ASK { id:pscd org:unitOf id:ip }")
    assert done.stdout == "yes\n"


def test_no_infer_excludes_inferred_statements(run):
    ask = "ASK { id:pscd ip:partOf id:ip }"
    assert run("query", "--format", "csv", ask).stdout == "true\n"
    assert run("query", "--format", "csv", "--no-infer", ask).stdout == "false\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT ?x WHERE { ?x foo:bar ?y }", "prefix foo: at line 1, column 22 is not declared"),
        ("SELECT ?x WHERE { ?x a }", "line 1, column "),
        ("INSERT DATA { id:a a id:b }", "read-only"),
        ("hello", "not a query"),
    ],
)
def test_invalid_query_is_reported_with_its_place_and_exit_code_2(run, text, message):
    done = run("query", text)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_query_is_stopped_at_its_time_limit_with_exit_code_3(run):
    cross = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    done = run("query", "--timeout", "0.3", cross)
    assert done.returncode == 3
    assert "exceeded the time limit of 0.3 s" in done.stderr


def test_unsuitable_format_is_an_error_that_lists_suitable_ones(run):
    done = run("query", "--format", "ttl", ASK_UNITS)
    assert done.returncode == 2
    assert "json, xml, csv, tsv" in done.stderr


def test_query_on_an_oxigraph_folder_is_stopped_at_its_time_limit_too(run, tmp_path):
    engine = ox.Store(str(tmp_path / "store"))
    name = ox.NamedNode("http://e/p")
    engine.extend(ox.Quad(name, name, ox.Literal(str(number))) for number in range(3000))
    engine.flush()
    del engine
    text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    done = run("query", "--store", tmp_path / "store", "--timeout", "0.2", text)
    assert done.returncode == 3
    assert "exceeded the time limit of 0.2 s" in done.stderr
    counted = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c }"
    done = run("query", "--store", tmp_path / "store", "--format", "csv", counted)
    assert done.stdout.split() == ["n", "3000"]


def test_unreachable_endpoint_is_exit_code_4(run):
    done = run("query", "--store", "http://127.0.0.1:9/sparql", ASK_UNITS)
    assert done.returncode == 4
    assert "Cannot query <http://127.0.0.1:9/sparql>: " in done.stderr


def test_entity_is_described_by_its_acronym_with_its_sources(run):
    done = run("describe", "PSCD")
    assert done.stdout.startswith("Protective Security Coordination Division (PSCD)\n")
    assert "Office of Infrastructure Protection (IP) [1]" in done.stdout
    assert "[1] More About the Office of Infrastructure Protection" in done.stdout


def test_entity_is_described_in_turtle(run):
    done = run("describe", "id:pscd", "--format", "ttl")
    assert "id:pscd" in done.stdout
    assert "org:unitOf id:ip" in done.stdout


def test_search_finds_entities_by_part_of_a_name_and_shows_their_class(run):
    done = run("search", "bomb", "--limit", "3")
    assert re.match(r"\d+ found, the first 3\n", done.stdout)
    done = run("search", "bombing", "prevention")
    assert "Office for Bombing Prevention (OBP)\n  office · id:obp" in done.stdout
    hits = json.loads(run("search", "bomb", "--format", "json").stdout)["hits"]
    assert "https://w3id.org/ipgraph/id/obp" in [hit["iri"] for hit in hits]


def test_search_answers_a_question_first_with_sources_and_the_command_that_repeats_it(run):
    done = run("search", "head", "of", "nppd", "2012", "--limit", "2")
    answer, _, hits = done.stdout.partition("\n\n")
    lines = answer.splitlines()
    sentence = " ".join(lines[:2])
    assert sentence.startswith(
        "In 2012, National Protection and Programs Directorate was headed by Rand Beers"
    )
    assert sentence.endswith(". [1] [2] [3]")
    assert "  [3] Testimony: NPPD Fiscal Year 2012 Budget Request" in answer
    assert lines[-2] == "  Who headed an organization in a given year?"
    assert re.match(r"\d+ found, the first 2\n\nNational Protection", hits)
    command = shlex.split(lines[-1])
    assert command[0] == "ipgraph"
    assert "Rand Beers" in run(*command[1:], "--format", "table").stdout


def test_answers_of_search_are_in_its_json(run):
    fields = json.loads(run("search", "divisions of IP", "--format", "json").stdout)
    assert fields["found"]["answers"][0]["question"]["name"] == "divisions-of"
    assert fields["hits"]


def test_search_repeats_an_answer_from_the_same_store(run):
    library = ("--store", "examples/library")
    done = run("search", "who ran harbor branch", *library)
    assert done.stdout.startswith("Harbor Branch was run by Per Lund from 1998, ")
    assert "  ipgraph ask librarians-of branch=lib:harbor --store examples/library\n" in done.stdout
    assert "thing/lund>" in run("ask", "librarians-of", "branch=lib:harbor", *library).stdout


def test_search_whose_question_reaches_a_limit_still_finds_entities(run):
    done = run("search", "head of nppd 2012", "--timeout", "0.001")
    assert done.returncode == 0
    assert "Rand Beers" not in done.stdout.partition(" found")[0]
    assert "(NPPD)\n  directorate · id:nppd" in done.stdout
    assert done.stderr == (
        "ipgraph: The question is not answered: it reached a limit (query_time_limit_s = 0.001).\n"
    )


def test_search_for_bytes_that_are_no_text_finds_nothing(run):
    done = run("search", "\udcff\udc80")
    assert (done.returncode, done.stderr) == (0, "")
    assert "No entity matches" in done.stdout


def test_search_without_hits_suggests_similar_names(run):
    done = run("search", "Infrastracture Protaction")
    assert "No entity matches" in done.stdout
    assert "Infrastructure Protection" in done.stdout


def test_unknown_entity_suggests_similar_names(run):
    done = run("describe", "Protective Security Coordinating Division")
    assert done.returncode == 2
    assert "Protective Security Coordination Division" in done.stderr


@pytest.mark.parametrize("suffix", [".ttl", ".nt", ".rdf", ".jsonld", ".trig", ".nq"])
def test_export_in_the_format_of_the_suffix_can_be_loaded_again(run, tmp_path, suffix):
    file = tmp_path / f"graph{suffix}"
    done = run("export", "--no-infer", file)
    assert done.returncode == 0, done.stderr
    base = "https://w3id.org/ipgraph/id/"  # N-Triples and N-Quads have no prefixes
    text = f"PREFIX id: <{base}> ASK {{ id:pscd org:unitOf id:ip }}"
    again = run("query", "--store", file, "--format", "csv", text)
    assert again.stdout == "true\n"


def test_failed_export_leaves_the_old_file_unchanged(run, tmp_path):
    file = tmp_path / "graph.csv"
    file.write_text("mine", encoding="utf-8")
    done = run("export", file)
    assert done.returncode == 2
    assert file.read_text(encoding="utf-8") == "mine"
    assert list(tmp_path.iterdir()) == [file]


def test_info_shows_counts_and_the_snapshot_folder(run, session_cache):
    facts = json.loads(run("info", "--format", "json").stdout)
    counts = facts["counts"]
    assert counts["stated"] + counts["inferred"] + counts["periods"] == counts["triples"]
    text = run("info").stdout
    assert str(session_cache) in text
    assert f"{facts['counts']['stated']:,} stated" in text
    assert facts["cache"]["limit_bytes"] == 2 << 30
    assert facts["cache"]["bytes"] >= sum(
        path.stat().st_size for path in (session_cache / "snapshots").rglob("graph.nq")
    )
    assert re.search(r"^Cache +\d+ of 2,048 MiB, \d+ snapshots?$", text, re.MULTILINE)


def test_invalid_file_is_reported_with_its_place_and_exit_code_5(run, tmp_path):
    file = tmp_path / "broken.ttl"
    file.write_text("<http://a> <http://b> c:d .", encoding="utf-8")
    done = run("build", file)
    assert done.returncode == 5
    assert done.stderr.startswith(f"ipgraph: {file}:1:")


def test_clean_empties_the_cache(tmp_path, rdf_folder):
    environment = {**os.environ, "IPGRAPH_CACHE": str(tmp_path / "cache")}

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "ipgraph", *arguments],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )

    assert "3 triples stated" in run("build", str(rdf_folder)).stdout
    assert "Removed 1 snapshot " in run("build", "--clean").stderr
    assert list((tmp_path / "cache" / "snapshots").iterdir()) == []


def test_version_and_completion_scripts_are_printed(run):
    assert run("--version").stdout.startswith("ipgraph, version ")
    for shell in ("bash", "zsh", "fish"):
        assert "_IPGRAPH_COMPLETE" in run("completion", shell).stdout


def test_query_on_a_built_snapshot_imports_neither_rdflib_nor_flask_nor_rich(run, session_cache):
    assert run("query", ASK_UNITS).returncode == 0
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "ipgraph", "query", ASK_UNITS],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "IPGRAPH_CACHE": str(session_cache)},
    )
    loaded = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()
    }
    assert {"click", "pyoxigraph", "ipgraph"} <= loaded
    assert not {"rdflib", "flask", "rich", "numpy", "sqlite3"} & loaded


@pytest.mark.parametrize(
    ("words", "position", "completion"),
    [("ipgraph de", 1, "describe"), ("ipgraph query --fo", 2, "--format")],
)
def test_shell_completes_commands_and_options(words, position, completion):
    asked = {"_IPGRAPH_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(position)}
    done = subprocess.run(
        [sys.executable, "-m", "ipgraph"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **asked},
    )
    assert completion in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_has_an_example_on_its_own_line(run, command):
    done = run(command, "--help")
    assert done.returncode == 0
    assert f"\n  ipgraph {command}" in done.stdout.split("Options:")[0].split("\n", 1)[1]


def test_unknown_option_is_exit_code_2_with_a_suggestion(run):
    done = run("query", "--fromat", "csv", ASK_UNITS)
    assert done.returncode == 2
    assert "--format" in done.stderr


@pytest.mark.parametrize(
    ("word", "suggestion"),
    [
        ("quary", "Did you mean 'query'?"),
        ("Serve", "Did you mean 'serve'?"),
        ("http://example.org/x.ttl", "ipgraph serve http://example.org/x.ttl"),
        ("zzz", "The commands are serve, query"),
    ],
)
def test_unknown_command_is_exit_code_2_with_a_suggestion(run, word, suggestion):
    done = run(word, "ASK {}")
    assert done.returncode == 2
    assert suggestion in done.stderr


def test_option_of_a_command_before_its_name_is_explained(run):
    done = run("--store", "my.ttl", "query", "ASK {}")
    assert done.returncode == 2
    assert "come after its name" in done.stderr


def test_unknown_format_suggests_the_nearest(run):
    done = run("query", "--format", "cvs", "ASK {}")
    assert done.returncode == 2
    assert "Did you mean csv?" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        *(("query", "--format", name, "ASK {}") for name in ("json", "xml", "csv", "tsv")),
        *(
            ("query", "--format", name, "SELECT ?x { VALUES ?x { 1 } }")
            for name in ("json", "xml", "csv", "tsv")
        ),
        ("query", "--format", "json", "--limit", "1", "SELECT ?x { VALUES ?x { 1 } }"),
        *(("query", "--format", name, "DESCRIBE id:pscd") for name in ("ttl", "jsonld", "rdf")),
        *(("describe", "--format", name, "PSCD") for name in ("jsonld", "rdf", "nq")),
        ("export", "--format", "jsonld", "-"),
        ("explain", "PSCD", "partOf", "DHS", "--format", "json"),
        ("info", "--format", "json"),
        ("search", "bomb", "--format", "json"),
        ("ask", "units-of", "--text"),
        ("completion", "bash"),
    ],
)
def test_every_text_ends_with_one_newline(run, arguments):
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("\n")
    assert not done.stdout.endswith("\n\n\n")


def test_result_without_triples_stays_empty(run):
    assert run("query", "--format", "nt", "CONSTRUCT WHERE { <urn:no> ?p ?o }").stdout == ""


def test_parameters_are_values_of_variables(run):
    text = "SELECT ?unit { ?unit org:unitOf ?whole }"
    done = run("query", "--param", "whole=id:ip", text)
    assert "<https://w3id.org/ipgraph/id/pscd>" in done.stdout.splitlines()
    typed = "SELECT ?a ?b ?c ?d {}"
    values = ("a=7", 'b="7"', "c=2010-05-01", "d=} ?s ?p ?o")
    arguments = [part for value in values for part in ("--param", value)]
    done = run("query", "--format", "tsv", *arguments, typed)
    date = '"2010-05-01"^^<http://www.w3.org/2001/XMLSchema#date>'
    assert done.stdout.splitlines()[1].split("\t") == ["7", '"7"', date, '"} ?s ?p ?o"']


@pytest.mark.parametrize(
    ("value", "message"),
    [("whole", "Write NAME=VALUE"), ("whale=id:ip", r"Did you mean ?whole?")],
)
def test_a_wrong_parameter_is_exit_code_2(run, value, message):
    done = run("query", "--param", value, "SELECT ?unit { ?unit org:unitOf ?whole }")
    assert done.returncode == 2
    assert message in done.stderr


def test_what_takes_long_is_said_on_standard_error_in_a_pipe_too(project, session_cache):
    assert project.built
    process = subprocess.Popen(
        [sys.executable, "-m", "ipgraph", "query"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(session_cache, IPGRAPH_PROGRESS_AFTER_S="0.01"),
    )
    with process:
        line = process.stderr.readline()  # the command waits for its query
        out, _ = process.communicate("ASK {}")
    assert re.fullmatch(r"ipgraph: Reading the query \(\d+ s\) …\n", line)
    assert (process.returncode, out) == (0, "true\n")


def test_nothing_is_said_if_the_setting_is_0(project, session_cache, tmp_path):
    assert project.built
    done = subprocess.run(
        [sys.executable, "-m", "ipgraph", "info"],
        capture_output=True,
        check=True,
        env=environment(session_cache),
    )
    assert done.stderr == b""


def test_closed_pipe_causes_no_traceback(run, session_cache):
    command = f"{sys.executable} -m ipgraph export - | head -1"
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "IPGRAPH_CACHE": str(session_cache)},
    )
    assert done.stdout.startswith("@prefix")
    assert "Traceback" not in done.stderr


def test_proof_is_printed_step_by_step_with_sources(run):
    done = run("explain", "PSCD", "partOf", "DHS")
    assert done.returncode == 0, done.stderr
    assert "implies “part of” (prp-spo1 from" in done.stdout
    assert "   stated in " in done.stdout


def test_proof_is_written_as_json_and_turtle(run):
    made = json.loads(run("explain", "PSCD", "partOf", "DHS", "--format", "json").stdout)
    assert made["steps"][-1]["triple"][2] == "<https://w3id.org/ipgraph/id/dhs>"
    assert (
        "prov:wasDerivedFrom _:step1"
        in run("explain", "PSCD", "partOf", "DHS", "--format", "ttl").stdout
    )


def test_statement_that_does_not_hold_is_exit_code_1_with_what_is_missing(run):
    done = run("explain", "DHS", "partOf", "PSCD")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "is neither stated nor inferred" in done.stderr


def test_literal_cannot_control_the_terminal(run, tmp_path):
    file = tmp_path / "hostile.ttl"
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    file.write_text(f'<http://x> {label} "red\\u001B[31m\\u009Bbell\\u0007" .', encoding="utf-8")
    table = run("query", "--store", file, "--format", "table", "SELECT ?x ?o { ?x ?p ?o }").stdout
    description = run("describe", "--store", file, "http://x").stdout
    for text in (table, description):
        assert "red" in text
        assert not set(text) & {"\x1b", "\x9b", "\x07"}


def test_commands_say_what_was_not_inferred(tmp_path):
    file = tmp_path / "chain.nt"
    file.write_text(hard_graphs.chain(100) + hard_graphs.equals(150), encoding="utf-8")
    environment = {
        **os.environ,
        "IPGRAPH_CACHE": str(tmp_path / "cache"),
        "IPGRAPH_MAX_INFERRED": "2000",
    }

    def run(*arguments):
        command = [sys.executable, "-m", "ipgraph", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    missing = "the graph is open without what would follow from"
    stopped = re.compile(
        rf"Inference stopped after [\d,]+ statements \(limit: 2,000 .*{missing} .*"
    )
    built = run("build", file)
    assert built.returncode == 0
    assert stopped.search(built.stderr)
    assert "1 class of many equal entities (up to 150)" in built.stderr
    assert stopped.search(run("info", "--store", file).stdout)
    assert stopped.search(run("check", file).stdout)
    facts = json.loads(run("info", "--store", file, "--format", "json").stdout)
    assert stopped.fullmatch(facts["incomplete"])
    assert facts["stars"] == [150]
    done = run("explain", "--store", file, "urn:n99", "urn:p", "urn:n0")
    assert done.returncode == 1
    assert "is neither stated nor inferred" in done.stderr
    assert missing in " ".join(done.stderr.split())


CONTRADICTORY = """\
@prefix : <http://e/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
:Cat owl:disjointWith :Dog . :rex a :Cat , :Dog .
"""
ALL = "SELECT * { ?s ?p ?o }"


def test_a_contradictory_graph_is_answered_with_one_line_on_standard_error(run, tmp_path):
    file = tmp_path / "cats.ttl"
    file.write_text(CONTRADICTORY, encoding="utf-8")
    done = run("query", "--store", file, ALL)
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("The graph contradicts itself (1 contradiction)")
    assert "Conflicts  The graph contradicts itself" in run("info", "--store", file).stdout
    assert run("build", file).returncode == 0
    assert run("export", "--store", file, "--format", "nt", "-").returncode == 0
    assert run("check", file).returncode == 1
    refused = run("query", "--store", file, "--strict", ALL)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert run("query", "--store", file, "--no-infer", ALL).returncode == 0


def test_a_file_that_cannot_be_read_has_its_own_exit_code(run, tmp_path):
    file = tmp_path / "page.rdf"
    file.write_text("<html><head></head></html>", encoding="utf-8")
    done = run("query", "--store", file, ALL)
    assert done.returncode == 5
    assert "page.rdf holds an HTML page, not RDF." in done.stderr


def test_standard_input_is_a_graph(run):
    text = "@prefix : <http://e/> . :a :p 'x' ."
    assert '"x"' in run("query", "--store", "-", ALL, given=text).stdout
    done = run("query", "--store", "-", "--input-format", "nt", ALL, given=text)
    assert done.returncode == 5
    assert done.stderr.startswith("ipgraph: Standard input:1:")


def test_the_query_and_the_graph_cannot_both_be_on_standard_input(run):
    done = run("query", "--store", "-", given="<a:a> <a:b> <a:c> .")
    assert done.returncode == 2
    assert "standard input" in done.stderr.lower()


def test_invalid_terms_are_repaired_on_demand(run, tmp_path):
    file = tmp_path / "a.nt"
    file.write_text("<http://e/a b> <http://e/p> <http://e/c> .\n", encoding="utf-8")
    refused = run("query", "--store", file, ALL)
    assert refused.returncode == 5
    assert "--lenient" in refused.stderr
    done = run("query", "--store", file, "--lenient", ALL)
    assert "<http://e/a%20b>" in done.stdout
    assert "1 invalid IRI or language tag repaired" in done.stderr


SHAPED = """\
@prefix : <http://e.test/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
:S sh:targetClass :T ; sh:property [ sh:path :p ; sh:minCount 1 ; sh:severity sh:Warning ] .
:a a :T ; :q 1 .
"""


def test_check_runs_the_shapes_in_the_files_and_says_what_it_found(run, tmp_path):
    file = tmp_path / "shaped.ttl"
    file.write_text(SHAPED, encoding="utf-8")
    done = run("check", file)
    assert done.returncode == 0  # no error
    first, *_, last = done.stdout.splitlines()
    assert first == (
        f"{file}:4:1: warning: <http://e.test/p>: a value is required. (<http://e.test/a>) "
        "[shapes/S/p]"
    )
    assert last.startswith("1 problem found. Checks: syntax 1, vocabularies ")
    assert ", shapes 2, consistency 1. Time: " in last
    assert run("check", file, "--fail-on", "warning").returncode == 1
    assert run("check", file, "--fail-on", "warning", "--ignore", "shapes").returncode == 0
    (found,) = json.loads(run("check", file, "--format", "json").stdout)["findings"]
    assert (found["severity"], found["line"]) == ("warning", 4)


def test_check_has_three_exit_codes_for_problems_unreadable_files_and_wrong_use(run, tmp_path):
    from ipgraph.errors import EXIT_CODES, Unreadable

    broken, wrong = tmp_path / "broken.ttl", tmp_path / "wrong.ttl"
    broken.write_text("a b c", encoding="utf-8")
    wrong.write_text(SHAPED.replace("sh:Warning", "sh:Violation"), encoding="utf-8")
    assert run("check", wrong).returncode == 1
    assert run("check", broken).returncode == EXIT_CODES[Unreadable]
    assert run("check", wrong, "--select", "shape").returncode == 2
    assert run("check", tmp_path / "none.ttl").returncode == 2
    assert run("check", "--snapshot", "--fix").returncode == 2


def test_check_fix_rewrites_files_and_says_which(run, tmp_path):
    file, other = tmp_path / "shaped.ttl", tmp_path / "other.nt"
    file.write_text(SHAPED, encoding="utf-8")
    other.write_text("<http://e.test/b> <http://e.test/q> <http://e.test/c> .\n", encoding="utf-8")
    done = run("check", file, other, "--fix", "--style", "--select", "style")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        f"{file}: Rewritten.",
        f"{other}: It is not Turtle, so it was left as it is.",
        "1 of 2 files rewritten.",
    ]
    assert "\n:a\n  a :T ;\n  :q 1 ;\n.\n" in file.read_text(encoding="utf-8")


ANIMALS = """
@prefix e: <http://e.example/> .
@prefix schema: <http://schema.org/> .
e:cat schema:name "cat"@en, "chat"@fr ; schema:description "An animal."@en, "Un animal."@fr ;
  e:near e:mouse . e:mouse schema:name "mouse"@en, "souris"@fr .
"""


@pytest.fixture
def animals(tmp_path):
    path = tmp_path / "animals.ttl"
    path.write_text(ANIMALS, encoding="utf-8")
    return path


def test_the_language_of_texts_can_be_chosen(run, animals):
    french = run("describe", "e:cat", "--store", animals, "--language", "fr").stdout
    assert "chat" in french
    assert "Un animal." in french
    assert "souris" in french
    assert "An animal." not in french
    assert "In 1 other language: en (--language)" in french
    query = ("query", "--store", animals, "--format", "table", "--language", "fr")
    assert "souris" in run(*query, "SELECT ?x { e:cat e:near ?x }").stdout
    assert "souris" in run("search", "mou", "--store", animals, "--language", "fr").stdout
    assert "mouse" in run("search", "mou", "--store", animals).stdout


def test_a_language_that_is_no_tag_is_a_usage_error(run, animals):
    done = run("describe", "e:cat", "--store", animals, "--language", "fr_FR")
    assert done.returncode == 2
    assert "not a language tag" in done.stderr


def test_a_query_at_a_date_answers_from_what_held_then(run):
    text = "SELECT ?whole { id:nisac ip:partOf ?whole }"
    done = run("query", "--as-of", "2006", text, "--format", "csv")
    assert done.returncode == 0, done.stderr
    assert "id/preparedness-directorate" in done.stdout
    assert "As of 2006-07-01" in done.stderr
    later = run("query", "--as-of", "2010", text, "--format", "csv").stdout
    assert "id/ip\n" in later
    assert "id/nppd" in later
    assert "preparedness" not in later


@pytest.mark.parametrize("command", ["describe", "search"])
def test_readers_take_a_date(run, command):
    done = run(command, "--as-of", "2010", "NISAC")
    assert done.returncode == 0, done.stderr
    assert "National Infrastructure Simulation" in done.stdout
    assert "As of 2010-07-01" in done.stderr


@pytest.mark.parametrize("date", ["soon", "1066", "2010-13", "2999"])
def test_a_date_that_is_none_or_out_of_range_is_an_error_that_says_what_is_accepted(run, date):
    done = run("query", "--as-of", date, "ASK {}")
    assert done.returncode == 2
    assert "Write a year, a month or a day" in done.stderr
