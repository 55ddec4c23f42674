from __future__ import annotations

import os
import re
import sys

import platformdirs
import pytest

from ipgraph import settings
from ipgraph.cli import serve
from ipgraph.cli.main import main
from ipgraph.errors import UsageError
from ipgraph.server import lifecycle

# For each kind of value: a setting, and what file, environment and flag say of it.
KINDS = {
    "text": ("host", "'file'", "environment", "flag"),
    "choice": ("reasoner", "'owlrl'", "rl", "owlrl"),
    "whole number": ("port", "1", "2", "3"),
    "number": ("query_time_limit_s", "1", "2.5", "3.5"),
    "truth": ("infer", "false", "yes", "no"),
}


@pytest.fixture
def served(monkeypatch, tmp_path):
    """The settings with which `ipgraph serve` would serve, given arguments and environment."""

    def settings_with(*arguments, file="", before=(), **environment):
        found = []
        monkeypatch.setattr(serve, "open_graph", lambda target, settings: found.append(settings))
        monkeypatch.setattr(lifecycle, "serve", lambda *given, **more: None)
        place = tmp_path / "settings.toml"
        place.write_text(file, encoding="utf-8")
        monkeypatch.setenv("IPGRAPH_SETTINGS", str(place))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert main([*before, "serve", *arguments]) == 0
        return found[0]

    return settings_with


def as_flag(name, value):
    dashed = name.replace("_", "-")
    return [f"--no-{dashed}"] if value == "no" else [f"--{dashed}", value]


@pytest.mark.parametrize("kind", KINDS)
def test_a_flag_wins_over_the_environment_that_over_the_file_and_that_over_the_default(
    served, kind
):
    name, in_file, in_environment, in_flag = KINDS[kind]
    file, variable = f"{name} = {in_file}\n", settings.variable(name)
    expected = [settings.parsed(name, each, kind) for each in (in_environment, in_flag)]
    from_file = served(file=file)
    assert getattr(served(), name) == getattr(settings.Settings(), name)
    assert getattr(from_file, name) == settings.parsed(name, in_file.strip("'"), kind)
    flags = as_flag(name, in_flag)
    assert getattr(served(*flags, file=file), name) == expected[1]
    assert getattr(served(file=file, **{variable: in_environment}), name) == expected[0]
    assert getattr(served(*flags, file=file, **{variable: in_environment}), name) == expected[1]
    assert expected[0] != expected[1]


def test_a_flag_before_the_command_gives_way_to_the_same_flag_after_it(served):
    assert served(before=("--cache", "one")).cache == "one"
    assert served("--cache", "two", before=("--cache", "one")).cache == "two"


def test_every_setting_has_a_flag_of_serve_in_its_group_of_the_help(capsys):
    assert main(["serve", "--help"]) == 0
    text = capsys.readouterr().out
    groups = dict(re.findall(r"^(\S[^\n:]*):\n((?:  .*\n?|\n)*)", text, re.MULTILINE))
    assert [*groups][1:] == [*settings.GROUPS]
    rows = settings.documented()
    assert len(rows) >= 25
    for row in rows:
        assert re.search(rf"^  {row.flag} ", groups[row.group], re.MULTILINE), row.flag


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("port", "eighty", "a whole number from 0 to 65535"),
        ("port", "65536", "a whole number from 0 to 65535"),
        ("workers", "0", "a whole number, at least 1"),
        ("workers", "2.5", "a whole number, at least 1"),
        ("max_waiting", "-1", "a whole number, at least 0"),
        ("query_time_limit_s", "soon", "a number, at least 0.001"),
        ("query_time_limit_s", "nan", "a number, at least 0.001"),
        ("query_time_limit_s", "inf", "a number, at least 0.001"),
        ("reasoner", "pellet", "rl or owlrl"),
        ("infer", "perhaps", "true or false"),
    ],
)
def test_a_value_that_a_setting_does_not_take_is_named_with_its_place_and_what_it_must_be(
    name, text, said, tmp_path, capsys
):
    variable, file = settings.variable(name), tmp_path / "settings.toml"
    with pytest.raises(UsageError, match=f"^{variable} is '{text}'; it must be {said}.$"):
        settings.load({}, {variable: text, "IPGRAPH_SETTINGS": ""})
    file.write_text(f"{name} = '{text}'", encoding="utf-8")
    with pytest.raises(UsageError, match=f"{name} is '{text}'; it must be {said}.$"):
        settings.load({}, {"IPGRAPH_SETTINGS": str(file)})
    if name != "infer":  # a truth has two flags and no value
        flag = "--" + name.replace("_", "-")
        assert main(["serve", flag, text]) == 2
        assert f"{flag} is '{text}'; it must be {said}." in capsys.readouterr().err


@pytest.mark.parametrize("value", ["true", "1.5", "[1]", "'x'"])
def test_a_value_of_another_kind_in_the_file_is_refused(tmp_path, value):
    file = tmp_path / "settings.toml"
    file.write_text(f"workers = {value}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"workers is .* a whole number"):
        settings.load({}, {"IPGRAPH_SETTINGS": str(file)})


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


def test_a_folder_of_settings_that_may_not_be_entered_holds_none(tmp_path, monkeypatch):
    def stat(path, **options):
        raise PermissionError(13, "Permission denied", str(path))

    environment = {"XDG_CONFIG_HOME": str(tmp_path)}
    monkeypatch.setattr(os, "stat", stat)
    assert settings.load({}, environment) == settings.Settings()


def test_a_user_without_a_home_needs_only_a_folder_of_snapshots(tmp_path, monkeypatch):
    def expanduser(path):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("pathlib.Path.expanduser", expanduser)
    found = settings.load({"port": 1}, {})
    assert found.port == 1
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    if sys.platform == "linux":
        with pytest.raises(UsageError, match="home folder") as caught:
            settings.cache_folder(found)
        assert "IPGRAPH_CACHE" in caught.value.hint


def test_a_settings_file_that_may_not_be_read_is_an_error(tmp_path, monkeypatch):
    file = tmp_path / "settings.toml"
    file.write_text("port = 1\n", encoding="utf-8")

    def read_text(path, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_text", read_text)
    with pytest.raises(UsageError, match="cannot be read: Permission denied"):
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
