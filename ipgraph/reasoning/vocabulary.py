"""The terms of RDF, RDFS and OWL that reasoning knows by name, in N-Triples syntax."""

from __future__ import annotations

from ipgraph.namespaces import BUILT_IN, OWL, RDF, RDFS

TYPE = f"<{RDF}type>"
FIRST = f"<{RDF}first>"
REST = f"<{RDF}rest>"
NIL = f"<{RDF}nil>"

DATATYPE = f"<{RDFS}Datatype>"
DOMAIN = f"<{RDFS}domain>"
LABEL = f"<{RDFS}label>"
RANGE = f"<{RDFS}range>"
RESOURCE = f"<{RDFS}Resource>"
SUBCLASS_OF = f"<{RDFS}subClassOf>"
SUBPROPERTY_OF = f"<{RDFS}subPropertyOf>"

ALL_VALUES_FROM = f"<{OWL}allValuesFrom>"
ANNOTATION_PROPERTY = f"<{OWL}AnnotationProperty>"
CLASS = f"<{OWL}Class>"
COMPLEMENT_OF = f"<{OWL}complementOf>"
DIFFERENT_FROM = f"<{OWL}differentFrom>"
DISJOINT_WITH = f"<{OWL}disjointWith>"
EQUIVALENT_CLASS = f"<{OWL}equivalentClass>"
EQUIVALENT_PROPERTY = f"<{OWL}equivalentProperty>"
HAS_KEY = f"<{OWL}hasKey>"
HAS_VALUE = f"<{OWL}hasValue>"
INTERSECTION_OF = f"<{OWL}intersectionOf>"
INVERSE_OF = f"<{OWL}inverseOf>"
MAX_CARDINALITY = f"<{OWL}maxCardinality>"
MAX_QUALIFIED_CARDINALITY = f"<{OWL}maxQualifiedCardinality>"
NOTHING = f"<{OWL}Nothing>"
ONE_OF = f"<{OWL}oneOf>"
ON_PROPERTY = f"<{OWL}onProperty>"
PROPERTY_CHAIN = f"<{OWL}propertyChainAxiom>"
SAME_AS = f"<{OWL}sameAs>"
SOME_VALUES_FROM = f"<{OWL}someValuesFrom>"
THING = f"<{OWL}Thing>"
UNION_OF = f"<{OWL}unionOf>"

# prp-ap
ANNOTATION_PROPERTIES = (
    *(f"<{RDFS}{name}>" for name in ("label", "comment", "seeAlso", "isDefinedBy")),
    *(
        f"<{OWL}{name}>"
        for name in (
            "deprecated",
            "versionInfo",
            "priorVersion",
            "backwardCompatibleWith",
            "incompatibleWith",
        )
    ),
)
BUILT_IN_STARTS = tuple(f"<{namespace}" for namespace in BUILT_IN)
# Ours: `?list MEMBER ?member` stands for the cells of the list between them.
MEMBER = "<urn:ipgraph:member>"
