from __future__ import annotations

import os
import sys

import platformdirs
import pytest

from ipgraph import settings
from ipgraph.errors import UsageError


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text("port = 1\nhost = 'file'\nreasoner = 'owlrl'\n", encoding="utf-8")
    environment = {"IPGRAPH_SETTINGS": str(file), "IPGRAPH_PORT": "2", "IPGRAPH_HOST": "env"}
    found = settings.load({"port": 3, "host": None}, environment)
    assert (found.port, found.host, found.reasoner) == (3, "env", "owlrl")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("IPGRAPH_PORT", "eighty", "a whole number"),
        ("IPGRAPH_INFER", "perhaps", "true or false"),
        ("IPGRAPH_QUERY_TIME_LIMIT_S", "soon", "a number"),
    ],
)
def test_an_ill_formed_value_is_named_with_its_place_and_what_it_must_be(name, text, said):
    with pytest.raises(UsageError, match=f"{name} is '{text}'; it must be {said}"):
        settings.load({}, {name: text, "IPGRAPH_SETTINGS": ""})


def test_an_unknown_setting_in_the_file_is_an_error_that_lists_the_known_ones(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text("prot = 1\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"no setting 'prot'; they are .*port"):
        settings.load({}, {"IPGRAPH_SETTINGS": str(file)})


def test_a_settings_file_that_is_not_there_or_is_not_toml_is_an_error(tmp_path):
    file = tmp_path / "settings.toml"
    with pytest.raises(UsageError, match="no file is there"):
        settings.load({}, {"IPGRAPH_SETTINGS": str(file)})
    file.write_text("port = \n", encoding="utf-8")
    with pytest.raises(UsageError, match="is not TOML"):
        settings.load({}, {"IPGRAPH_SETTINGS": str(file)})


def test_every_setting_is_documented_with_a_meaning():
    rows = settings.documented()
    assert rows
    assert all(row.meaning and row.variable.startswith("IPGRAPH_") for row in rows)


@pytest.mark.skipif(sys.platform != "linux", reason="the XDG folders are Linux's")
@pytest.mark.parametrize("root", ["", "/somewhere/else", "relative/is/ignored"])
def test_the_folders_of_the_platform_are_those_of_platformdirs(monkeypatch, root):
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, root)
    if not root.startswith("relative"):  # the specification has relative paths ignored
        assert settings.cache_folder(settings.Settings()) == platformdirs.user_cache_path("ipgraph")
        expected = platformdirs.user_config_path("ipgraph") / "settings.toml"
        assert settings.settings_file(os.environ) == expected
    else:
        assert settings.cache_folder(settings.Settings()).is_absolute()
