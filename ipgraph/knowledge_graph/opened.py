"""What is open: the snapshot or the store of a graph, and what is said about it as a whole."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ipgraph.dataset.config.file import DatasetFile
from ipgraph.errors import UsageError
from ipgraph.namespaces.prefixes import Prefixes
from ipgraph.store.local import LocalStore

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from ipgraph.dataset.config.model import DatasetConfig
    from ipgraph.entities.languages import Languages
    from ipgraph.settings import Settings
    from ipgraph.snapshots.dates.calendar import AsOf, Calendar
    from ipgraph.snapshots.findings import Findings
    from ipgraph.snapshots.snapshot import Recipe, Snapshot
    from ipgraph.snapshots.targets import Arrivals
    from ipgraph.store import Store


class OpenedGraph:
    """A snapshot or a store, with its dataset file; it can be closed."""

    def __init__(
        self,
        settings: Settings,
        *,
        snapshot: Snapshot | None = None,
        recipe: Recipe | None = None,
        external: Store | Path | None = None,
        origin: str = "",
        arrivals: Arrivals | None = None,
        languages: Iterable[str] = (),
        dataset_file: DatasetFile | None = None,
        given: tuple[Any, Any] = (None, None),
        as_of: AsOf | None = None,
        whole: Self | None = None,
    ) -> None:
        """`given` are the target and the description that the graph was opened with.

        `as_of` is the date of a graph at a date, and `whole` the graph without one.
        """
        self.preferred_languages = tuple(languages)
        self.settings = settings
        self.snapshot = snapshot
        self.recipe = recipe
        self.arrivals = arrivals  # holds the files that this graph was fetched from
        self._external = external
        self._origin = recipe.origin if recipe else origin
        self.dataset_file = recipe.dataset if recipe else dataset_file or DatasetFile()
        self.given = given
        self.as_of = as_of
        self._whole = whole
        self.is_closed = False

    def __enter__(self) -> Self:
        """Return the graph; the end of the block closes it."""
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the store, the indexes and temporary files. Then nothing can be asked any more.

        A graph that nothing refers to is released as well.
        """
        for name in [name for name in vars(self) if hasattr(type(self), name)]:
            del vars(self)[name]  # the cached properties
        self.snapshot = self.arrivals = self._external = self._whole = None
        self.is_closed = True

    @cached_property
    def calendar(self) -> Calendar:
        """The days on which something changes in this graph, for `at`.

        Raises `UsageError` for a graph that ipgraph did not build.
        """
        from ipgraph.snapshots.dates import derived

        return derived.calendar_of(self.whole.built)

    @property
    def whole(self) -> Self:
        """The graph without a date."""
        return self._whole or self

    def at(self, date: str | int | datetime.date, *, certainty: str = "possible") -> Self:
        """Return the graph as it stood on a date: a year, a month or a day.

        It states what held or may have held then; with ``certainty="held"`` only what evidence
        covers. What it infers follows from that. A year or month is read as its middle day, or as
        the last day that the dataset knows of if it is not over then. `as_of` says which day that
        is, between which changes it lies, and what else changes in that year.

        All days between two changes share one derived snapshot, which a child process makes at
        their first use. Raises `UsageError` for a text that is not a date, for a day on which
        nothing in the dataset is dated, and for a graph that ipgraph did not build, and
        `SizeLimitExceeded` for one with more than the setting `as_of_max_statements`.
        """
        from ipgraph.snapshots.cache import Bounds
        from ipgraph.snapshots.dates import derived
        from ipgraph.snapshots.limits import BuildLimits

        whole, given = self.whole, self.settings
        if whole.recipe is None:
            raise UsageError(
                "Only a graph that ipgraph built from files can be asked at a date.",
                hint="Open the files of the graph, or ask its dated nodes in a query.",
            )
        as_of = self.calendar.find(date, certainty)
        snapshot = derived.get_or_derive(
            *(whole.built, whole.recipe, as_of),
            bounds=Bounds(given.keep_snapshots, given.cache_limit_mib << 20),
            limits=BuildLimits.of(given),
            max_statements=given.as_of_max_statements,
        )
        return type(self)(
            given,
            snapshot=snapshot,
            recipe=whole.recipe,
            arrivals=whole.arrivals,
            languages=self.preferred_languages,
            given=whole.given,
            as_of=as_of,
            whole=whole,
        )

    @property
    def config(self) -> DatasetConfig:
        """The values of the dataset file; the defaults if there is none."""
        return self.dataset_file.config

    @cached_property
    def store(self) -> Store:
        """The store that includes inferred statements."""
        if isinstance(self._external, Path):
            return self._described(LocalStore.on_disk(self._external))
        return self._described(self._external or self.built.store())

    @cached_property
    def prefixes(self) -> Prefixes:
        """The prefixes: those of the dataset file, of the data files, and the well-known ones."""
        declared = dict(self.dataset_file.prefixes)
        for name, namespace in (self.snapshot.prefixes if self.snapshot else {}).items():
            declared.setdefault(name, namespace)
        return Prefixes(declared)

    @property
    def has_open_store(self) -> bool:
        """True if this process has opened the store; one on disk does not survive a fork."""
        return "store" in vars(self) or not (self.snapshot or isinstance(self._external, Path))

    @cached_property
    def stated_store(self) -> Store:
        """The store without inferred statements, loaded at first use."""
        if self._external is not None:
            raise UsageError(
                "Only a graph built by ipgraph knows which statements are inferred. "
                "Query this graph with infer=True."
            )
        return self._described(self.built.store(infer=False))

    def store_for(self, infer: bool | None = None) -> Store:
        """Return the store with or without inferred statements (default: the setting).

        Raises `UsageError` if inferred ones are asked for and the graph was opened without any.
        """
        if infer and self.recipe is not None and self.recipe.reasoner == "none":
            raise UsageError(
                "This graph was opened without inference.", hint="Open it without --no-infer."
            )
        wanted = self.settings.infer if infer is None else infer
        return self.store if wanted else self.stated_store

    def _described(self, store: Store) -> Store:
        names: dict[str, Any] = {"description": self.dataset_file, "prefixes": self.prefixes}
        if self.snapshot:
            names["languages"] = tuple(self.snapshot.languages)
        return replace(store, **names)  # type: ignore[type-var]

    @property
    def built(self) -> Snapshot:
        """The snapshot. Raises `UsageError` for an external graph."""
        if self.is_closed:
            raise UsageError("The graph has been closed.", hint="Open it again.")
        if self.snapshot is None:
            raise UsageError("This graph was not built by ipgraph and has no snapshot.")
        return self.snapshot

    @property
    def is_bundled(self) -> bool:
        """True if `ipgraph.open()` without arguments opens this graph."""
        return self.given == (None, None) and self.recipe is not None

    @cached_property
    def name(self) -> str:
        """The name of the graph in names of files: a-z, 0-9 and hyphens."""
        from ipgraph.dataset import titles

        return self.config.name or titles.name_of_origin(self._origin)

    @property
    def exports_inferred(self) -> bool:
        """True if exports and downloads have the inferred statements by default.

        The key ``export`` of the dataset file decides; without it, only stated statements are
        exported. A graph that was not built here is exported whole.
        """
        return bool(self._external) or (self.config.export == "closed" and self.settings.infer)

    @cached_property
    def title(self) -> str:
        """The title of the graph: from its metadata, else from the names of its files."""
        return self._title_and_description[0]

    @cached_property
    def description(self) -> str:
        """The description in the metadata of the graph, or an empty text."""
        return self._title_and_description[1]

    @cached_property
    def _title_and_description(self) -> tuple[str, str]:
        from ipgraph.dataset import titles

        languages = self.config.languages or ("en",)
        title = self.config.title.choose(languages)
        description = self.config.description.choose(languages)
        if title and description:
            return title, description
        found = titles.title_and_description(self.store, self._origin)
        return title or found[0], description or found[1]

    @cached_property
    def languages(self) -> Languages:
        """The order of languages in which texts are shown: preferred ones, none, most used ones."""
        from ipgraph.entities.languages import Languages

        preferred = (*self.preferred_languages, *self.config.languages)
        return Languages(preferred, self.snapshot.languages if self.snapshot else ("en",))

    @property
    def incomplete(self) -> str:
        """A sentence about what was not inferred because of a limit, or nothing."""
        return self.snapshot.incomplete if self.snapshot else ""

    @property
    def warnings(self) -> list[str]:
        """What users of the graph must know, a line each: contradictions, files without effect."""
        return self.snapshot.warnings if self.snapshot else []

    @property
    def findings(self) -> Findings | None:
        """What the build found: contradictions, files that cannot be read, repairs, and more.

        None for a graph that was not built by ipgraph.
        """
        return self.snapshot.findings if self.snapshot else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What the users of the graph must know about its inferred statements, in sentences."""
        return self.snapshot.notes if self.snapshot else ()
