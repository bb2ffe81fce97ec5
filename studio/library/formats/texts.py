"""Text: UTF-8 in .txt, or .md for Markdown, or .svg where the text is the source of a drawing."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio import sdk
from studio.library.formats import limits

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ("utf-8", "gb18030", "cp1252")
"""Encodings to try where no mark says which; the first that fits wins."""

_ALONE = (
    "\u3005-\u3007\u3041-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Kana, bopomofo, Han: ranges of characters of which each counts as a word."""

_WORD = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+(?:['’-][^\W_{_ALONE}]+)*")
"""A word, or a single character of a script that is written without spaces."""


_DRAWING = re.compile(r"\ufeff?\s*(?:<(?:\?xml|!--|!DOCTYPE)[^>]*>\s*)*<svg[\s>]")
"""How the source of an SVG drawing begins: whatever programs put before the first tag says nothing of its own."""


def is_drawing(text: str) -> bool:
    """Whether a text is the source of an SVG drawing, from its first tag to its last."""
    return _DRAWING.match(text) is not None and text.rstrip().endswith("</svg>")


def write(text: sdk.Text, path: Path, options: Mapping[str, Any] | None = None) -> None:
    """Write UTF-8 with line feeds. What can't be written (lone surrogates) becomes a question mark.

    Args:
        text: what to write.
        path: where; ``.svg`` is for drawings only.
        options: ``stem``, the name of the file that it is to become.

    Raises:
        UserError: the ending is ``.svg``, and the text is no drawing.
    """
    if path.suffix.lower() == ".svg" and not is_drawing(text.text):
        stem = (options or {}).get("stem", path.stem)
        raise sdk.UserError(f"“{stem}.svg” can't be written: this text is no drawing in SVG.")
    path.write_bytes(text.text.replace("\r\n", "\n").encode("utf-8", "replace"))


def read(path: Path) -> sdk.Text:
    """Read a text; ``.md`` files are Markdown.

    Raises:
        UserError: it is too long, or not text.
    """
    if path.stat().st_size > limits.TEXT_BYTES:
        raise limits.too_large(path.name, f"texts may have {limits.TEXT_BYTES // 2**20} MB")
    text = decode(path.read_bytes())
    if text is None:
        raise sdk.UserError(f"“{path.name}” can't be opened: it is not a text.")
    return sdk.Text(text, "markdown" if path.suffix.lower() in (".md", ".markdown") else "plain")


def decode(data: bytes) -> str | None:
    """The text in `data`, line feeds only, or None where it is no text."""
    encodings = next(((name,) for mark, name in _MARKS if data.startswith(mark)), _GUESSES)
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, ValueError):
            continue
        if "\0" not in text and not _has_controls(text):
            return text.replace("\r\n", "\n").replace("\r", "\n")
    return None


def _has_controls(text: str) -> bool:
    """Whether more than one character in a hundred is a control character: then it is a binary file."""
    head = text[:4096]
    controls = sum(1 for character in head if character < " " and character not in "\n\r\t\f\x1b")
    return controls * 100 > len(head)


def facts(text: sdk.Text) -> dict[str, Any]:
    """Words and characters."""
    return {"words": count_words(text.text), "characters": len(text.text), "format": text.format}


def count_words(text: str) -> int:
    """How many words a text has; each Han character, kana and bopomofo counts as one, as writers there count."""
    return sum(1 for _ in _WORD.finditer(text))


def is_cjk(character: str) -> bool:
    """Whether words are written without spaces in this character's script: Han, kana, bopomofo."""
    if character < "\u2e80":
        return False
    return character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or "\U00020000" <= character <= "\U0003ffff"
