"""What the project says about itself is the same in every file that says it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import yaml

import ipgraph

CHECKOUT = Path(__file__).parents[2]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION = yaml.safe_load((CHECKOUT / "CITATION.cff").read_text(encoding="utf-8"))


def test_the_citation_has_version_authors_and_licenses_of_the_project():
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["version"] == ipgraph.__version__
    names = [author["name"] for author in PROJECT["authors"]]
    assert names == ["ipgraph contributors"]
    assert [author["name"] for author in CITATION["authors"]] == names
    assert " AND ".join(CITATION["license"]) == PROJECT["license"]


def test_license_files_exist_and_that_of_the_data_names_the_legal_code():
    assert PROJECT["license-files"] == ["LICENSE", "data/LICENSE"]
    assert "Apache License" in (CHECKOUT / "LICENSE").read_text(encoding="utf-8")
    text = (CHECKOUT / "data" / "LICENSE").read_text(encoding="utf-8")
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in text


def test_the_classifiers_name_one_development_status():
    statuses = [name for name in PROJECT["classifiers"] if name.startswith("Development Status")]
    assert len(statuses) == 1


def test_dev_installs_what_builds_the_documentation():
    extras = PROJECT["optional-dependencies"]
    assert "ipgraph[docs]" in extras["dev"]
    assert any(name.startswith("mkdocs-material") for name in extras["docs"])


def test_each_dependency_has_its_reason_in_the_changelog():
    changelog = (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert PROJECT["dependencies"]
    for requirement in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["docs"]:
        name = requirement.partition(">")[0]
        assert f"`{name}`" in changelog, name
