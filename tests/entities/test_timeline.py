"""Timelines, histories and dates."""

from __future__ import annotations

import pytest

from ipgraph.entities.history import year_of
from ipgraph.namespaces import ENTITY


@pytest.mark.parametrize(
    ("date", "year"),
    [("2007", 2007), ("2007-03", 2007), ("2007-03-31", 2007), ("", 0), ("soon", 0), ("-0044", 44)],
)
def test_year_of_a_date_of_any_precision(date, year):
    assert year_of(date) == year


def test_timeline_is_in_order_and_every_event_has_a_source(project):
    timeline = project.timelines.whole()
    years = [event.year for event in timeline.events]
    assert years == sorted(years)
    assert {event.type for event in timeline.events} == {"established", "changed", "dissolved"}
    assert [event for event in timeline.events if not event.sources] == []


def test_placement_is_in_effect_between_its_dates(project):
    placements = project.timelines.placements(ENTITY + "ip")
    in_effect = {
        value.acronym or value.text
        for placement in placements
        if placement.is_in_effect(2010)
        for value in placement.others(ENTITY + "ip")
    }
    assert "NPPD" in in_effect
    assert "Preparedness Directorate" not in in_effect


def test_head_of_the_office_has_its_holder(project):
    view = project.describe("IP")
    facts = project.entities.facts(ENTITY + "ip", view.all_classes)
    heads = [fact for fact in facts if fact.label.choose(("en",)) == "Headed by"]
    (post,) = (fact.via for fact in heads if fact.via)
    assert post.text == "Assistant Secretary for Infrastructure Protection"
    assert "Caitlin Durkovich" in {holder.text for fact in heads for holder in fact.values}
