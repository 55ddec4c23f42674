"""Settings: one table, and where their values come from."""

from __future__ import annotations

from ipgraph.settings.loading import FILE_VARIABLE, cache_folder, load, parse_value, settings_file
from ipgraph.settings.table import (
    GROUPS,
    InferenceLimits,
    SettingInfo,
    Settings,
    all_settings,
    variable,
)

__all__ = [
    "FILE_VARIABLE",
    "GROUPS",
    "InferenceLimits",
    "SettingInfo",
    "Settings",
    "all_settings",
    "cache_folder",
    "load",
    "parse_value",
    "settings_file",
    "variable",
]
