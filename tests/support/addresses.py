"""Every page of the site, and a text that is visible on it."""

from __future__ import annotations

QUERY = (
    "/sparql?query=PREFIX%20ip%3A%20%3Chttps%3A%2F%2Fw3id.org%2Fipgraph%2Fontology%2F%3E%20SELECT"
    "%20%3Funit%20(COUNT(%3Fpart)%20AS%20%3Fparts)%20WHERE%20%7B%20%3Fpart%20ip%3ApartOf%20%3Funit"
    "%20%7D%20GROUP%20BY%20%3Funit"
)
PAGES: dict[str, str] = {
    "/": "Office of Infrastructure Protection",
    "/search?q=protective": "Protective Security Coordination Division",
    "/search?q=protectve+secrity": "Did you mean",
    "/browse": "Divisions",
    "/browse?type=ip:Division": "Sector Outreach and Programs Division",
    "/page/ip": "Protective Security Advisor Program",
    "/page/ip?year=2006": "Preparedness Directorate",
    "/page/pscd": "Office for Bombing Prevention",
    "/page/nisac": "Los Alamos National Laboratory",
    "/page/commercial-facilities-sector": "Sports Leagues",
    "/page/cfats": "Infrastructure Security Compliance Division",
    "/page/caitlin-durkovich": "Assistant Secretary for Infrastructure Protection",
    "/page/niac": "National Infrastructure Advisory Council",
    "/page/ip/related/ip:performs": "Alerts and Warnings",
    "/sectors": "names 4 of them",
    "/ontology": "Class tree",
    "/ontology/Division": "Protective Security Coordination Division",
    "/ontology/worksThrough": "works through",
    "/sources": "482 documents",
    "/sources?sort=statements": "Statements",
    "/source/more-about-ip": "Statements from this document",
    "/sparql": "Run query",
    QUERY: "result",
    QUERY + "&view=chart": "Hide chart",
    "/sparql?query=ASK%20%7B%7D": "Yes",
    "/sparql?query=DESCRIBE%20%3Chttps%3A%2F%2Fw3id.org%2Fipgraph%2Fid%2Fpscd%3E": "in Turtle",
    "/sparql?query=CONSTRUCT%20WHERE%20%7B%20%3Fs%20a%20%3Fo%20%7D": "All triples in Turtle",
    "/graph": "As a list",
    "/graph?id=dams-sector&levels=0": "Energy Sector",
    "/questions": "Which units are directly below",
    "/questions/units-of": "Sector Outreach and Programs Division",
    "/questions/units-of?organization=NPPD": "Office of Infrastructure Protection",
    "/disagreements": "Where sources differ",
    "/quality": "Data quality",
    "/timeline": "Preparedness Directorate",
    "/timeline?id=NPPD": "Predecessors and successors",
    "/why?s=PSCD&p=partOf&o=DHS": "Stated in",
    "/downloads": "N-Quads",
    "/about": "What is not included",
    "/?lang=es": "Empiece aquí",
    "/page/pscd?lang=es": "Relaciones",
    "/sparql?lang=es": "Ejecutar",
}
# Addresses that return an error: its status, and a text of its page.
ERRORS: dict[str, tuple[int, str]] = {
    "/page/nothing-of-the-kind": (404, "Page not found"),
    "/no/such/address": (404, "Page not found"),
    "/sparql?query=SELECT%20WHERE": (400, "Syntax error in the query"),
    "/sparql?query=ASK%20%7B%7D&format=png": (400, "Bad request"),
    "/why?s=PSCD&p=partOf&o=cfats": (404, "The graph does not imply this statement"),
    "/questions/units-of?organization=nobody-at-all": (400, "Could not answer the question"),
    "/sources?sort=hue": (400, "Bad request"),
}
