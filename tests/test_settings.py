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

# For each type of value: a setting, and its values in file, environment and flag.
KINDS = {
    "text": ("host", "'file'", "environment", "flag"),
    "choice": ("reasoner", "'owlrl'", "rl", "owlrl"),
    "whole number": ("port", "1", "2", "3"),
    "number": ("query_time_limit_s", "1", "2.5", "3.5"),
    "truth": ("infer", "false", "yes", "no"),
}


@pytest.fixture
def served(monkeypatch, tmp_path):
    """The settings of `ipgraph serve` for given arguments and environment."""

    def settings_with(*arguments, file="", before=(), **environment):
        passed = []
        monkeypatch.setattr(serve, "open_graph", lambda target, settings: passed.append(settings))
        monkeypatch.setattr(lifecycle, "serve", lambda *given, **more: None)
        path = tmp_path / "settings.toml"
        path.write_text(file, encoding="utf-8")
        monkeypatch.setenv("IPGRAPH_SETTINGS", str(path))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert main([*before, "serve", *arguments]) == 0
        return passed[0]

    return settings_with


def as_flag(name, value):
    dashed = name.replace("_", "-")
    return [f"--no-{dashed}"] if value == "no" else [f"--{dashed}", value]


@pytest.mark.parametrize("kind", KINDS)
def test_precedence_is_flag_environment_file_default(served, kind):
    name, in_file, in_environment, in_flag = KINDS[kind]
    file, variable = f"{name} = {in_file}\n", settings.variable(name)
    expected = [settings.parse_value(name, value, kind) for value in (in_environment, in_flag)]
    from_file = served(file=file)
    assert getattr(served(), name) == getattr(settings.Settings(), name)
    assert getattr(from_file, name) == settings.parse_value(name, in_file.strip("'"), kind)
    flags = as_flag(name, in_flag)
    assert getattr(served(*flags, file=file), name) == expected[1]
    assert getattr(served(file=file, **{variable: in_environment}), name) == expected[0]
    assert getattr(served(*flags, file=file, **{variable: in_environment}), name) == expected[1]
    assert expected[0] != expected[1]


def test_flag_after_the_command_overrides_the_same_flag_before_it(served):
    assert served(before=("--cache", "one")).cache == "one"
    assert served("--cache", "two", before=("--cache", "one")).cache == "two"


def test_serve_help_lists_every_setting_in_its_group(capsys):
    assert main(["serve", "--help"]) == 0
    text = capsys.readouterr().out
    groups = dict(re.findall(r"^(\S[^\n:]*):\n((?:  .*\n?|\n)*)", text, re.MULTILINE))
    assert [*groups][1:] == [*settings.GROUPS]
    rows = settings.all_settings()
    assert len(rows) >= 25
    for row in rows:
        assert re.search(rf"^  {row.flag} ", groups[row.group], re.MULTILINE), row.flag


@pytest.mark.parametrize(
    ("name", "text", "valid"),
    [
        ("port", "eighty", "a whole number from 0 to 65535"),
        ("port", "65536", "a whole number from 0 to 65535"),
        ("workers", "0", "a whole number, at least 1"),
        ("workers", "2.5", "a whole number, at least 1"),
        ("max_waiting", "-1", "a whole number, at least 0"),
        ("query_time_limit_s", "soon", "a number, at least 0.001"),
        ("query_time_limit_s", "nan", "a number, at least 0.001"),
        ("query_time_limit_s", "inf", "a number, at least 0.001"),
        ("reasoner", "pellet", "rl or owlrl or none"),
        ("infer", "perhaps", "true or false"),
    ],
)
def test_invalid_value_is_reported_with_its_place_and_the_valid_values(
    name, text, valid, tmp_path, capsys
):
    variable, file = settings.variable(name), tmp_path / "settings.toml"
    with pytest.raises(UsageError, match=f"^{variable} is '{text}'; it must be {valid}.$"):
        settings.load({}, {variable: text, "IPGRAPH_SETTINGS": ""})
    file.write_text(f"{name} = '{text}'", encoding="utf-8")
    with pytest.raises(UsageError, match=f"{name} is '{text}'; it must be {valid}.$"):
        settings.load({}, {"IPGRAPH_SETTINGS": str(file)})
    if name != "infer":  # a Boolean has two flags and no value
        flag = "--" + name.replace("_", "-")
        assert main(["serve", flag, text]) == 2
        assert f"{flag} is '{text}'; it must be {valid}." in capsys.readouterr().err


@pytest.mark.parametrize("value", ["true", "1.5", "[1]", "'x'"])
def test_value_of_another_type_in_the_file_is_an_error(tmp_path, value):
    file = tmp_path / "settings.toml"
    file.write_text(f"workers = {value}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"workers is .* a whole number"):
        settings.load({}, {"IPGRAPH_SETTINGS": str(file)})


def test_unknown_setting_in_the_file_is_an_error_that_lists_the_known_ones(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text("prot = 1\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"unknown setting 'prot'. Known settings: .*port"):
        settings.load({}, {"IPGRAPH_SETTINGS": str(file)})


def test_missing_or_invalid_settings_file_is_an_error(tmp_path):
    file = tmp_path / "settings.toml"
    with pytest.raises(UsageError, match="this file does not exist"):
        settings.load({}, {"IPGRAPH_SETTINGS": str(file)})
    file.write_text("port = \n", encoding="utf-8")
    with pytest.raises(UsageError, match="is not valid TOML"):
        settings.load({}, {"IPGRAPH_SETTINGS": str(file)})


def test_inaccessible_configuration_folder_is_ignored(tmp_path, monkeypatch):
    def stat(path, **options):
        raise PermissionError(13, "Permission denied", str(path))

    environment = {"XDG_CONFIG_HOME": str(tmp_path)}
    monkeypatch.setattr(os, "stat", stat)
    assert settings.load({}, environment) == settings.Settings()


def test_user_without_a_home_directory_needs_only_a_cache_folder(tmp_path, monkeypatch):
    def expanduser(path):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("pathlib.Path.expanduser", expanduser)
    found = settings.load({"port": 1}, {})
    assert found.port == 1
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    if sys.platform == "linux":
        with pytest.raises(UsageError, match="home directory") as caught:
            settings.cache_folder(found)
        assert "IPGRAPH_CACHE" in caught.value.hint


def test_unreadable_settings_file_is_an_error(tmp_path, monkeypatch):
    file = tmp_path / "settings.toml"
    file.write_text("port = 1\n", encoding="utf-8")

    def read_text(path, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_text", read_text)
    with pytest.raises(UsageError, match=r"Cannot read the settings file .*: Permission denied"):
        settings.load({}, {"IPGRAPH_SETTINGS": str(file)})


def test_every_setting_has_a_meaning():
    rows = settings.all_settings()
    assert rows
    assert all(row.meaning and row.variable.startswith("IPGRAPH_") for row in rows)


@pytest.mark.skipif(sys.platform != "linux", reason="the XDG folders are Linux's")
@pytest.mark.parametrize("root", ["", "/somewhere/else", "relative/is/ignored"])
def test_default_folders_match_platformdirs(monkeypatch, root):
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, root)
    if not root.startswith("relative"):  # the specification requires relative paths to be ignored
        assert settings.cache_folder(settings.Settings()) == platformdirs.user_cache_path("ipgraph")
        expected = platformdirs.user_config_path("ipgraph") / "settings.toml"
        assert settings.settings_file(os.environ) == expected
    else:
        assert settings.cache_folder(settings.Settings()).is_absolute()
