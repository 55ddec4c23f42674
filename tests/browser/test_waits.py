"""Waits for elements end when the page ends, however long their limit is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error, expect


@pytest.fixture
def crashed(chromium, element_limit_ms):
    """A page whose process has crashed."""
    context = chromium.new_context()
    context.set_default_timeout(element_limit_ms)
    page = context.new_page()
    with pytest.raises(Error, match=r"crash|ABORTED"):
        page.goto("chrome://crash")
    yield page
    context.close()


def test_a_wait_for_an_element_of_a_crashed_page_is_an_error(crashed):
    with pytest.raises(Error, match="Target crashed"):
        crashed.locator("h1").wait_for()


def test_an_expectation_of_a_crashed_page_is_an_error(crashed):
    with pytest.raises(AssertionError, match="Target crashed"):
        expect(crashed.locator("h1")).to_have_text("any")
