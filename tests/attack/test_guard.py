"""Any query: what the guard admits never crashes a worker."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipgraph.errors import IpGraphError, QueryTooComplex
from ipgraph.namespaces import PREFIXES
from ipgraph.serialization.formats import by_name
from ipgraph.sparql.guard import admit
from ipgraph.sparql.query import Query
from ipgraph.workers.outcomes import Outcome
from ipgraph.workers.pool import Pool
from ipgraph.workers.state import PoolLimits
from support.fuzzing import fuzzed

# What opens and closes a level of a pattern, of an expression and of a path, or continues a chain.
PATTERNS = [
    *(("{", "}"), ("OPTIONAL {", "}"), ("MINUS {", "}"), ("GRAPH ?g {", "}"), ("{} UNION {", "}")),
    *(("FILTER EXISTS {", "}"), ("FILTER NOT EXISTS {", "}"), ("{ SELECT * {", "} }")),
    *(("?s ?p [ ?p ", "] ."), ("?s ?p (", ") ."), ("?s ?p <<", " ?p ?o >> .")),
    *(("?s ?p <<( ", " ?p ?o )>> ."), ("?s", "?o .")),
    *(("?s ?p ?o {| ?p ", "|} ."), ("?s ?p ?o .", ""), ("{} UNION", ""), ("BIND(1 AS ?x)", "")),
    *(("VALUES ?x {1}", ""), ("FILTER(1)", ""), ("SERVICE <http://e/> {", "}")),
    *(("LATERAL {", "}"), ("{ SELECT (COUNT(*) AS ?n) {", "} GROUP BY ?s }")),
]  # fmt: skip
EXPRESSIONS = [
    *(("(", ")"), ("!", ""), ("-(", ")"), ("+(", ")"), ("1+", ""), ("1-", ""), ("1*", "")),
    *(("1/", ""), ("1=1&&", ""), ("1=1||", ""), ("(1<", ")"), ("STR(", ")"), ("IF(1,", ",1)")),
    *(("IF(", ",1,1)"), ("SHA512(", ")")),
    *(("COALESCE(", ")"), ("COALESCE(1,", ")"), ("CONCAT(", ",'a')"), ("?x IN (", ")")),
    *(("?x NOT IN (1,", ")"), ("EXISTS {FILTER(", ")}"), ("<http://e/f>(", ")")),
    *(("xsd:string(", ")"), ("LANG(", ")")),
    *(("REPLACE('aaa','a',", ")"), ("REGEX('a','(((a*)*)*)*',", ")"), ("TRIPLE(?s,?p,", ")")),
    *(("<<( ?s ?p ", " )>>"), ("STRDT(", ",xsd:string)"), ("BNODE(", ")"), ("SUBSTR(", ",1)")),
]  # fmt: skip
PATHS = [
    *(("(", ")"), ("^", ""), ("!", ""), ("!(", ")"), ("<http://e/p>/", ""), ("<http://e/p>|", "")),
    *(("(", ")*"), ("(", ")+"), ("(", ")?"), ("(^", ")*"), ("!(^", ")"), ("(<http://e/p>/", ")*")),
]  # fmt: skip
VALUES = [
    *("?x", "1", "'a'", "<http://e/p>", "ip:x", "true", "'a'@en", "1e400", "?o", "NOW()", "''"),
    *("'1'^^xsd:integer", "'" + "9" * 400 + "'^^xsd:decimal", "RAND()"),
]  # fmt: skip
NODES = ["?s ?p ?o .", "?s <http://e/p> ?o .", "", "[] ?p () .", "_:b ?p 1 .", *VALUES[:3]]
HEADS = ["SELECT *", "ASK", "CONSTRUCT WHERE", "DESCRIBE * WHERE", "SELECT (COUNT(*) AS ?n)"]
TAILS = ["", "", "", "", "LIMIT 5", "ORDER BY ?x", "HAVING (1)", "VALUES ?x {1}", "OFFSET 99"]
WORDS = [*HEADS, *TAILS, *VALUES, "{", "}", "(", ")", "FILTER", ".", ";", ","]


@st.composite
def nested(draw, units, core):
    """Draw a few units, repeated around a core: from shallow to far over the limits."""
    found = draw(st.lists(st.sampled_from(units), min_size=1, max_size=3))
    number = draw(st.sampled_from([1, 2, 3, 10, 24, 33, 49, 50, 99, 100, 124, 249, 499, 500, 2000]))
    opening = "".join(f" {before} " for before, _ in found)
    closing = "".join(f" {after} " for _, after in reversed(found))
    return opening * number + draw(core) + closing * number


EXPRESSED = nested(EXPRESSIONS, st.sampled_from(VALUES))
PATHED = nested(PATHS, st.just("<http://e/p>"))
CORES = (
    EXPRESSED.map(lambda text: f"FILTER({text})")
    | EXPRESSED.map(lambda text: f"BIND({text} AS ?y)")
    | PATHED.map(lambda text: f"?s {text} ?o .")
    | st.sampled_from(NODES)
)
QUERIES = st.builds(
    lambda head, body, tail: f"{head} {{ {body} }} {tail}",
    st.sampled_from(HEADS),
    CORES | nested(PATTERNS, CORES) | nested(PATTERNS, CORES),
    st.sampled_from(TAILS) | EXPRESSED.map(lambda text: f"ORDER BY ({text})"),
)
SALADS = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    path = tmp_path_factory.mktemp("fuzzed") / "graph.nq"
    path.write_text(
        "".join(f"<http://e/{n}> <http://e/p> <http://e/{n + 1}> .\n" for n in range(5))
    )
    limits = PoolLimits(workers=2, time_limit_s=1, wait_limit_s=60, memory_limit_mib=512)
    found = Pool(path, limits)
    yield found
    found.close()


@fuzzed(150)
@given(QUERIES | QUERIES | QUERIES | QUERIES | SALADS)
def test_what_the_guard_admits_never_crashes_a_worker(pool, text):
    try:
        form = admit(text, prefixes=PREFIXES).form
    except IpGraphError:
        return
    output_format = by_name("json" if form in ("SELECT", "ASK") else "nt")
    try:
        for _ in pool.execute(Query(text, prefixes=tuple(PREFIXES.items())), output_format):
            pass
    except QueryTooComplex:
        pytest.fail(f"This query crashed its worker: {text[:2000]}")
    except IpGraphError:
        pass  # invalid for the engine, or over a limit
    assert pool.restarts[Outcome.CRASH] == 0
