"""The limits of a build, and the stages that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ipgraph.settings import Settings

# Beyond 0.5 s and 450 MiB of address space (most of it the engine's threads), a build takes 0.4 s
# and 14 MiB for each MiB of N-Triples with an ontology (LUBM-1), and 1.2 s and 35 MiB for each MiB
# of small Turtle files (the project's graph).
TIME_S_PER_MIB = 5.0
MEMORY_MIB_PER_MIB = 64
STAGES = {
    "load": "Loading the files",
    "infer": "Inferring statements",
    "write": "Writing the snapshot",
    "index": "Indexing",
    "check": "Checking the files",
}


class BuildLimits(NamedTuple):
    """The limits of a build in its own process; 0 is no limit for time and memory."""

    time_limit_s: float = 600.0
    memory_limit_mib: int = 3072
    max_depth: int = 100

    @classmethod
    def of(cls, settings: Settings) -> BuildLimits:
        """Return the limits in the settings."""
        return cls(
            settings.build_time_limit_s, settings.build_memory_limit_mib, settings.max_data_depth
        )

    def time_s(self, size_bytes: int) -> float | None:
        """Return the seconds that a build from files of this size may take; None: any time."""
        mib = size_bytes / (1 << 20)
        return self.time_limit_s + TIME_S_PER_MIB * mib if self.time_limit_s else None

    def memory_mib(self, size_bytes: int) -> int:
        """Return the memory that a build from files of this size may take; 0: any."""
        mib = size_bytes / (1 << 20)
        return int(self.memory_limit_mib + MEMORY_MIB_PER_MIB * mib) if self.memory_limit_mib else 0


DEFAULT_LIMITS = BuildLimits()
