"""The types of the values in a dataset file: each checks, reads and writes one kind of value.

`read` returns the checked value, or the default of the type after a fault. `write` returns a value
that `read` accepts: full IRIs instead of prefixed names. It is the form that snapshots keep.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from ipgraph.dataset.config.reading import Place, nearest, shorten
from ipgraph.dataset.config.values import PropertyPath, Step, Text

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_ITEMS = 500
MAX_TEXT = 20_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_NOT_IN_IRI = re.compile(r"[\x00-\x20<>\"{}|\\^`\x7f-\x9f\ud800-\udfff]")
_ABSOLUTE = re.compile(r"urn:.|[A-Za-z][A-Za-z0-9+.-]*://.")
_PREFIXED = re.compile(r"([^\W\d_][\w.-]*)?:([^/*+?!()]*)")
_OPERATOR = re.compile(r"[*+?!|()]")
_STEP = re.compile(r"(\^?)(?:<([^<>]*)>|([^/<>^]+))(?:/|\Z)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class ValueType(Protocol):
    """A type of values."""

    @property
    def description(self) -> str:
        """The type in words, with an article."""

    @property
    def default(self) -> Any:
        """The value of a key that the file does not have."""

    def read(self, value: Any, place: Place) -> Any:
        """Return the checked value; record faults at `place`."""

    def write(self, value: Any) -> Any:
        """Return a checked value as the file could have it."""


class StringType:
    """A string that a pattern limits."""

    default: Any = ""

    def __init__(self, description: str, pattern: str = r"(?s).{1,20000}") -> None:
        self.description = description
        self._pattern = re.compile(pattern)

    def read(self, value: Any, place: Place) -> str:
        """Return the string."""
        if not isinstance(value, str) or _CONTROL.search(value):
            place.wrong_type(value, self.description)
        elif not self._pattern.fullmatch(value):
            place.fault(f'{place} is "{shorten(value)}"; it must be {self.description}.')
        else:
            return value
        return ""

    def write(self, value: str) -> str:
        """Return the string."""
        return value


class ChoiceType:
    """One of some words."""

    default: Any = ""

    def __init__(self, *choices: str) -> None:
        self._choices = choices
        self.description = " or ".join(f'"{choice}"' for choice in choices)

    def read(self, value: Any, place: Place) -> str:
        """Return the word."""
        if value in self._choices and isinstance(value, str):
            return value
        place.wrong_type(value, self.description)
        return ""

    def write(self, value: str) -> str:
        """Return the word."""
        return value


class FlagType:
    """True or false; None if the file does not say."""

    description = "true or false"
    default: Any = None

    def read(self, value: Any, place: Place) -> bool | None:
        """Return the boolean."""
        if isinstance(value, bool):
            return value
        place.wrong_type(value, self.description)
        return None

    def write(self, value: bool) -> bool:
        """Return the boolean."""
        return value


class DateType:
    """A day; None if the file does not say. Written as text, because JSON has no dates."""

    description = "a date, such as 2013-07-01"
    default: Any = None

    def read(self, value: Any, place: Place) -> date | None:
        """Return the day."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        place.wrong_type(value, self.description)
        return None

    def write(self, value: date) -> str:
        """Return the day as text."""
        return value.isoformat()


class TextType:
    """A text, or a table of texts by language."""

    description = 'a text, or texts by language, such as { en = "…", es = "…" }'
    default: Any = Text()

    def read(self, value: Any, place: Place) -> Text:
        """Return the text."""
        if isinstance(value, str):
            return Text((("", value),)) if self._is_text(value, place) else Text()
        if not isinstance(value, dict):
            place.wrong_type(value, self.description)
            return Text()
        versions = []
        for tag, text in sorted(value.items()):
            if tag and not _LANGUAGE.fullmatch(tag):
                (place / tag).fault(f'{place} has "{shorten(tag)}", which is no language tag.')
            elif not isinstance(text, str):
                (place / tag).wrong_type(text, "a text")
            elif self._is_text(text, place / tag):
                versions.append((tag, text))
        return Text(tuple(versions))

    def _is_text(self, text: str, place: Place) -> bool:
        if len(text) > MAX_TEXT:
            place.fault(f"{place} has {len(text):,} characters; at most {MAX_TEXT:,} are read.")
        elif _CONTROL.search(text):
            place.fault(f"{place} has a control character.")
        elif not text.strip():
            place.fault(f"{place} is empty.")
        else:
            return True
        return False

    def write(self, value: Text) -> Any:
        """Return the text, or the table of texts."""
        return dict(value.versions)


class TermType:
    """An IRI, written in full or with a prefix; `template` allows ``{name}`` in it."""

    default: Any = ""

    def __init__(self, *, template: bool = False) -> None:
        self._template = template
        self.description = "a prefixed name or a full IRI" + (
            ", with {name} for the name of the file" if template else ""
        )

    def read(self, value: Any, place: Place) -> str:
        """Return the IRI."""
        if not isinstance(value, str):
            place.wrong_type(value, self.description)
            return ""
        return self.resolve(value, place)

    def resolve(self, text: str, place: Place) -> str:
        """Return the IRI of a term; empty after a fault."""
        bare = text[1:-1] if text.startswith("<") and text.endswith(">") else text
        checked = bare.replace("{name}", "") if self._template else bare
        if _NOT_IN_IRI.search(checked) or not checked:
            place.fault(f'{place}: "{shorten(text)}" is not {self.description}.')
            return ""
        if bare != text or _ABSOLUTE.match(text):
            return bare
        prefixed = _PREFIXED.fullmatch(text)
        if prefixed is None:
            place.fault(f'{place}: "{shorten(text)}" is not {self.description}.')
            return ""
        prefix = prefixed[1] or ""
        namespace = place.reading.prefixes.get(prefix)
        if namespace is None:
            hint = nearest(prefix, place.reading.prefixes)
            place.fault(f'{place}: the prefix of "{shorten(text)}" is not declared. {hint}')
            return ""
        return namespace + prefixed[2]

    def write(self, value: str) -> str:
        """Return the IRI."""
        return value


class IriType(StringType):
    """A full IRI, or the beginning of some."""

    def __init__(self, description: str = "a full IRI", schemes: str = "") -> None:
        super().__init__(description, r"[A-Za-z][A-Za-z0-9+.-]*:.+")
        self._schemes = tuple(schemes.split())

    def read(self, value: Any, place: Place) -> str:
        """Return the IRI."""
        iri = super().read(value, place)
        wrong_scheme = self._schemes and not iri.startswith(self._schemes)
        if iri and (_NOT_IN_IRI.search(iri) or len(iri) > 2000 or wrong_scheme):
            place.fault(f'{place} is "{shorten(iri)}"; it must be {self.description}.')
            return ""
        return iri


class PathType:
    """A property path: terms joined by ``/``, each with an optional ``^`` before it."""

    description = "a path of properties, such as ^lt:runs/foaf:name"
    default: Any = None
    _term = TermType()

    def read(self, value: Any, place: Place) -> PropertyPath | None:
        """Return the path."""
        if not isinstance(value, str):
            place.wrong_type(value, self.description)
            return None
        inverse, bare = value.startswith("^"), value.removeprefix("^")
        if "<" not in bare and _ABSOLUTE.match(bare):
            iri = self._term.resolve(bare, place)
            return PropertyPath((Step(iri, inverse),)) if iri else None
        if _OPERATOR.search(re.sub(r"<[^<>]*>", "", value)):
            place.fault(
                f'{place}: "{shorten(value)}" is not {self.description}. Give alternatives as '
                "several paths; there is no repetition."
            )
            return None
        steps, end = [], 0
        for match in _STEP.finditer(value):
            if match.start() != end:
                break
            end = match.end()
            iri = self._term.resolve(match[2] or match[3] or "", place)
            steps.append(Step(iri, bool(match[1])))
        if end != len(value) or not steps or value.endswith("/") or len(steps) > 8:
            place.fault(f'{place}: "{shorten(value)}" is not {self.description}.')
            return None
        return PropertyPath(tuple(steps)) if all(step.iri for step in steps) else None

    def write(self, value: PropertyPath) -> str:
        """Return the path with full IRIs."""
        return str(value)


class FilePathType(StringType):
    """A path inside the folder of the file; with `pattern`, the last part may have ``*``."""

    def __init__(self, *, pattern: bool = False) -> None:
        form = "a file pattern" if pattern else "a path"
        super().__init__(f"{form} inside the folder of the dataset file", r"[^\x00]{1,400}")
        self._pattern_allowed = pattern

    def read(self, value: Any, place: Place) -> str:
        """Return the path, with ``/`` between its parts."""
        path = super().read(value, place)
        if not path:
            return ""
        parts = path.split("/")
        is_outside = path.startswith(("/", "~")) or ".." in parts or re.match(r"[A-Za-z]:", path)
        wildcards = re.search(r"[*?\[\]]", path)
        if is_outside or "\\" in path or "://" in path or (wildcards and not self._pattern_allowed):
            place.fault(f'{place} is "{shorten(path)}"; it must be {self.description}.')
            return ""
        return path


class ListType:
    """A list of values of one type."""

    default: Any = ()

    def __init__(self, item: ValueType, plural: str) -> None:
        self.item = item
        self.description = f"a list of {plural}"

    def read(self, value: Any, place: Place) -> tuple[Any, ...]:
        """Return the values without a fault."""
        if not isinstance(value, list | tuple):
            place.wrong_type(value, self.description)
            return ()
        if len(value) > MAX_ITEMS:
            place.fault(f"{place} has {len(value):,} items; at most {MAX_ITEMS} are read.")
            return ()
        items = (self.item.read(item, place / number) for number, item in enumerate(value))
        return tuple(item for item in items if item not in ("", None))

    def write(self, value: tuple[Any, ...]) -> list[Any]:
        """Return the list."""
        return [self.item.write(item) for item in value]


class MapType:
    """A table whose keys are names of the user; read as pairs, sorted by key."""

    default: Any = ()

    def __init__(
        self,
        item: ValueType,
        description: str,
        *,
        keys: str = r"(?s).{1,2000}",
        known: Collection[str] = (),
        key_noun: str = "key",
    ) -> None:
        self.item = item
        self.description = description
        self._keys = re.compile(keys)
        self.known = known
        self._noun = key_noun

    def read(self, value: Any, place: Place) -> tuple[tuple[str, Any], ...]:
        """Return the pairs without a fault."""
        if not isinstance(value, dict):
            place.wrong_type(value, self.description)
            return ()
        if len(value) > MAX_ITEMS:
            place.fault(f"{place} has {len(value):,} keys; at most {MAX_ITEMS} are read.")
            return ()
        pairs = []
        for key, item in sorted(value.items()):
            if not self._keys.fullmatch(key):
                (place / key).fault(f'[{place}]: "{shorten(key)}" is not a valid {self._noun}.')
            elif self.known and key not in self.known:
                hint = nearest(key, self.known)
                (place / key).fault(f'[{place}] has no {self._noun} "{shorten(key)}". {hint}')
            else:
                checked = self.item.read(item, place / key)
                if checked not in ("", None):
                    pairs.append((key, checked))
        return tuple(pairs)

    def write(self, value: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
        """Return the table."""
        return {key: self.item.write(item) for key, item in value}
