from __future__ import annotations

import pytest

from ipgraph.errors import UsageError
from ipgraph.serialization.formats import FORMATS, Content, by_name, find, formats_with


@pytest.mark.parametrize("output_format", FORMATS, ids=lambda item: item.name)
def test_a_format_is_found_by_name_suffix_and_media_type_in_any_case(output_format):
    for name in (
        output_format.name,
        output_format.suffix,
        output_format.media_type,
        output_format.name.upper(),
    ):
        assert by_name(name) is output_format


def test_a_name_that_two_formats_share_means_the_one_for_the_result():
    assert by_name("json").content is Content.BINDINGS
    assert find("json", formats_with(Content.TRIPLES)) is by_name("jsonld")
    assert find("xml", formats_with(Content.TRIPLES)) is by_name("rdf")
    assert find("csv", formats_with(Content.TRIPLES)) is None


def test_formats_of_rdf_exist_with_the_basic_encoding_too():
    form = by_name("jsonld-basic")
    assert (form.is_basic, form.plain) == (True, by_name("jsonld"))
    assert by_name("turtle-basic").plain is by_name("ttl")
    assert find("json-basic", formats_with(Content.BINDINGS)) is None
    assert form not in FORMATS


def test_an_unknown_format_is_an_error_that_lists_the_formats():
    with pytest.raises(UsageError, match=r"Unknown format 'yaml'. Formats: json, xml, csv"):
        by_name("yaml")


def test_the_first_format_of_each_kind_is_its_default():
    assert formats_with(Content.BINDINGS)[0].name == "json"
    assert formats_with(Content.TRIPLES)[0].name == "ttl"
    assert formats_with(Content.QUADS)[0].name == "trig"


def test_names_and_media_types_are_unique():
    assert len({item.name for item in FORMATS}) == len(FORMATS)
    assert len({item.media_type for item in FORMATS}) == len(FORMATS)
