"""A flag for every setting, and a help that shows them in groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ipgraph import settings
from ipgraph.cli.options import SettingType

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.settings import SettingInfo

_METAVARS = {int: "N", float: "NUMBER", str: "TEXT"}


class SettingOption(click.Option):
    """A flag with the group of its setting."""

    group = ""


class GroupedCommand(click.Command):
    """A command whose help lists its own options first, then the settings by group."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options by group, in the order of the table of settings."""
        groups: dict[str, list[tuple[str, str]]] = {"Options": []}
        groups |= {name: [] for name in settings.GROUPS}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                groups[getattr(param, "group", "Options")].append(record)
        for name, records in groups.items():
            with formatter.section(name):
                formatter.write_dl(records)


def setting_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add a flag for each setting; its value is passed under the name of the setting."""
    for setting in reversed(settings.all_settings()):
        command = click.option(*_flags(setting), cls=SettingOption, **_attributes(setting))(command)
        option: Any = command.__click_params__[-1]  # type: ignore[attr-defined]
        option.group = setting.group
    return command


def _flags(setting: SettingInfo) -> tuple[str, ...]:
    if isinstance(setting.default, bool):
        return (f"{setting.flag}/--no-{setting.flag.removeprefix('--')}",)
    return (setting.flag,)


def _attributes(setting: SettingInfo) -> dict[str, Any]:
    unit = f", in {setting.unit}" if setting.unit else ""
    default = f" (default {setting.default})" if setting.default != "" else ""
    text = f"{setting.meaning[0].upper()}{setting.meaning[1:]}{unit}{default}."
    if isinstance(setting.default, bool):
        return {"default": None, "help": text}
    metavar = "|".join(filter(None, setting.choices)) or _METAVARS[type(setting.default)]
    return {"type": SettingType(setting.name), "metavar": metavar, "help": text}
