"""Reference pages about the program: commands, settings, formats, errors, HTTP, Python."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

import click
from _markdown import table

import ipgraph

if TYPE_CHECKING:
    from collections.abc import Iterator


def command_line() -> str:
    """Write every command with its help text and its options, as click knows them."""
    from ipgraph.cli.main import commands

    context = click.Context(commands, info_name="ipgraph")
    parts = ["## ipgraph", _help_text(commands), _options(commands, context)]
    for name in commands.list_commands(context):
        command = commands.get_command(context, name)
        if command is None:
            raise LookupError(f"ipgraph lists the command {name}, which does not exist")
        inner = click.Context(command, info_name=f"ipgraph {name}")
        usage = " ".join(["ipgraph", name, *command.collect_usage_pieces(inner)])
        parts += [f"## ipgraph {name}", f"```text\n{usage}\n```", _help_text(command)]
        parts.append(_options(command, inner))
    return "\n\n".join(parts)


def _help_text(command: click.Command) -> str:
    """Return a command's help as Markdown; its literal blocks are examples."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(command.help or ""))
    return "\n\n".join(
        f"```sh\n{paragraph.partition(chr(10))[2]}\n```"
        if paragraph.startswith("\b")
        else _escaped(paragraph)
        for paragraph in paragraphs
    )


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", r"\*")


def _options(command: click.Command, context: click.Context) -> str:
    rows = []
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            rows.append((f"`{record[0]}`", _escaped(record[1])))
    return table(("option", "meaning"), rows)


def settings() -> str:
    """Write the table of settings, a section for each group."""
    from ipgraph.settings import all_settings

    groups: dict[str, list[tuple[str, ...]]] = {}
    for setting in all_settings():
        default = f"`{setting.default}`" if setting.default != "" else ""
        unit = f" ({setting.unit})" if setting.unit else ""
        row = (f"`{setting.flag}`", f"`{setting.variable}`", default, f"{setting.meaning}{unit}")
        groups.setdefault(setting.group, []).append(row)
    head = ("flag of `ipgraph serve`", "variable", "default", "meaning")
    return "\n\n".join(f"## {group}\n\n{table(head, rows)}" for group, rows in groups.items())


def dataset_file() -> str:
    """Write the keys of a dataset file, a table for each of its tables."""
    from ipgraph.dataset.config.model import DatasetConfig

    return "\n\n".join(_keys_of(DatasetConfig, "## Keys before the first table"))


def _keys_of(class_: type, heading: str) -> Iterator[str]:
    """Yield a heading and a table of keys, then the same for the tables inside."""
    from ipgraph.dataset.config.table import TableType, keys_of

    rows, inner = [], []
    for info in keys_of(class_):
        item = getattr(info.type, "item", None)
        nested = info.type if isinstance(info.type, TableType) else item
        if isinstance(nested, TableType):
            name = f"[[{info.name}]]" if item else f"[{info.name}]"
            inner.append((nested.class_, f"## `{name}`"))
            if heading.startswith("## Keys"):
                continue
        texts = (_type_of(info), info.meaning, info.absent, info.part)
        rows.append((f"`{info.name}`", *map(_escaped, texts)))
    head = ("key", "type", "meaning", "when absent", "a change rebuilds")
    yield heading
    yield table(head, rows)
    for nested_class, nested_heading in inner:
        yield from _keys_of(nested_class, nested_heading)


def _type_of(info: Any) -> str:
    return "a table" if "a table with" in info.type.description else info.type.description


def dataset_roles() -> str:
    """Write the roles and their well-known properties."""
    from ipgraph.dataset.config.roles import WELL_KNOWN

    rows = [
        (f"`{role}`", "<br>".join(f"`{path}`" for path in paths) or "none")
        for role, paths in WELL_KNOWN.items()
    ]
    return table(("role", "well-known properties"), rows)


def formats() -> str:
    """Write the table of RDF and result formats."""
    from ipgraph.serialization.formats import FORMATS

    return _format_table(FORMATS)


def table_formats() -> str:
    """Write the formats of whole graphs as tables."""
    from ipgraph.serialization.formats import TABLE_FORMATS

    return _format_table(TABLE_FORMATS)


def _format_table(found: tuple[Any, ...]) -> str:
    rows = [
        (
            f"`{form.name}`",
            form.label,
            f"`{form.media_type}`",
            f"`{form.suffix}`",
            form.content.value,
            ", ".join(sorted(form.lacks)),
            ", ".join(f"`{synonym}`" for synonym in (*form.synonyms, *form.weak)),
        )
        for form in found
    ]
    titles = ("name", "format", "media type", "suffix", "holds", "cannot hold", "also accepted")
    return table(titles, rows)


def errors() -> str:
    """Write every error with its meaning, exit code and status."""
    from ipgraph.errors import EXIT_CODES, HTTP_STATUSES, IpGraphError

    def walk(error: type[IpGraphError], depth: int) -> Iterator[tuple[str, ...]]:
        if error is not IpGraphError:
            indent = "&emsp;" * (depth - 1)
            summary = (error.__doc__ or "").split("\n")[0]
            code, status = str(EXIT_CODES[error]), str(HTTP_STATUSES[error])
            yield (f"{indent}`{error.__name__}`", summary, code, status)
        for leaf in error.__subclasses__():
            if leaf in EXIT_CODES:  # others are internal and count as their base
                yield from walk(leaf, depth + 1)

    return table(("error", "meaning", "exit code", "HTTP status"), list(walk(IpGraphError, 0)))


def http() -> str:
    """Write every route with its parameters and media types, from the OpenAPI document."""
    document = openapi()
    parts = []
    for path, methods in document["paths"].items():
        parts.append(f"### `{path}`")
        for method, operation in methods.items():
            parts.append(f"**{method.upper()}**: {_escaped(operation['summary'])}.")
            parts.append(_answer(operation))
            parts.append(_parameters(operation))
    return "\n\n".join(filter(None, parts))


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document of the service over the bundled graph."""
    from werkzeug.test import Client

    from ipgraph.server import create_app
    from ipgraph.settings import load

    graph = ipgraph.open(settings=load({"contact": "mailto:reports@example.org"}))
    response = Client(create_app(graph)).get("/openapi.json")
    if response.status_code != 200 or response.json is None:
        raise LookupError(f"/openapi.json answers {response.status}")
    return dict(response.json)


def _answer(operation: dict[str, Any]) -> str:
    status, success = next(iter(operation["responses"].items()))
    types = ", ".join(f"`{name}`" for name in success.get("content", ()))
    return f"Status {status}" + (f": {types}" if types else "")


def _parameters(operation: dict[str, Any]) -> str:
    rows = []
    for parameter in operation.get("parameters", ()):
        schema = parameter.get("schema", {})
        values = ", ".join(f"`{value}`" for value in schema.get("enum", ()))
        place = parameter["in"] + (", required" if parameter.get("required") else "")
        rows.append((f"`{parameter['name']}`", place, parameter.get("description", ""), values))
    content = operation.get("requestBody", {}).get("content", {})
    for media_type, body in content.items():
        names = ", ".join(f"`{name}`" for name in body.get("schema", {}).get("properties", ()))
        rows.append((f"`{media_type}`", "body", f"fields {names}" if names else "the query", ""))
    return table(("parameter", "in", "meaning", "values"), rows) if rows else ""


def python() -> str:
    """Write a mkdocstrings entry for each public name that is documented where it is defined."""
    parts = []
    names = [name for name in ipgraph.__all__ if not name.startswith("_")]
    for name in sorted(names, key=lambda name: (name != "open", name)):
        value = getattr(ipgraph, name)
        parts.append(f"::: {value.__module__}.{value.__qualname__}")
    if not parts:
        raise LookupError("ipgraph has no public names")
    return "\n\n".join(parts)
