"""Every page of the site, and a text that a person reads on it."""

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
    "/ontology": "Tree of classes",
    "/ontology/Division": "Protective Security Coordination Division",
    "/ontology/worksThrough": "works through",
    "/sources": "448 documents",
    "/sources?sort=statements": "Statements",
    "/source/more-about-ip": "What we state from it",
    "/sparql": "Run query",
    QUERY: "result",
    QUERY + "&view=chart": "Table only",
    "/sparql?query=ASK%20%7B%7D": "Yes",
    "/sparql?query=DESCRIBE%20%3Chttps%3A%2F%2Fw3id.org%2Fipgraph%2Fid%2Fpscd%3E": "as Turtle",
    "/sparql?query=CONSTRUCT%20WHERE%20%7B%20%3Fs%20a%20%3Fo%20%7D": "All as Turtle",
    "/graph": "As a list",
    "/graph?id=dams-sector&levels=0": "Energy Sector",
    "/questions": "Which units lie directly in",
    "/questions/units-of": "Sector Outreach and Programs Division",
    "/questions/units-of?organization=NPPD": "Office of Infrastructure Protection",
    "/disagreements": "Where sources differ",
    "/quality": "Quality of the data",
    "/timeline": "Preparedness Directorate",
    "/timeline?id=NPPD": "What came before and after",
    "/why?s=PSCD&p=partOf&o=DHS": "Stated in",
    "/downloads": "N-Quads",
    "/about": "What is not here",
    "/?lang=es": "Empiece aquí",
    "/page/pscd?lang=es": "Relaciones",
    "/sparql?lang=es": "Ejecutar",
}
# Addresses that answer with an error, its status, and what the page says.
ERRORS: dict[str, tuple[int, str]] = {
    "/page/nothing-of-the-kind": (404, "There is nothing at this address"),
    "/no/such/address": (404, "There is nothing at this address"),
    "/sparql?query=SELECT%20WHERE": (400, "The query could not be read"),
    "/sparql?query=ASK%20%7B%7D&format=png": (400, "The request could not be understood"),
    "/why?s=PSCD&p=partOf&o=cfats": (404, "This does not follow"),
    "/questions/units-of?organization=nobody-at-all": (400, "could not be asked so"),
    "/sources?sort=colour": (400, "could not be understood"),
}
