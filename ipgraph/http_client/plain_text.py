"""Text of a server for a message: one line, without what a terminal or a reader could act on."""

from __future__ import annotations

_MAX_CHARS = 300


def one_line(text: str, max_chars: int = _MAX_CHARS) -> str:
    """Return `text` on one line and printable: no escapes, no bidirectional controls.

    Other characters that are not printable are shown as U+FFFD.
    """
    words = " ".join(text[: max_chars * 4].split())
    shown = "".join(sign if sign.isprintable() else "\ufffd" for sign in words)
    return shown if len(shown) <= max_chars else shown[: max_chars - 1] + "…"
