"""File names a person can read, safe on every system: ``2026-11/2026-11-23_fox-in-snow_5f3a.png``."""

from __future__ import annotations

import unicodedata

SLUG_LIMIT = 48
"""Most characters of the readable part; with CJK this is 144 bytes, well below every system's limit of 255."""


def slug(title: str) -> str:
    """The readable part of a file name: letters and digits of any script in lower case, joined by hyphens.

    Never empty and never longer than `SLUG_LIMIT`. (Names Windows reserves can't arise: `stem` puts the date first.)
    """
    words = unicodedata.normalize("NFC", title[:1000]).casefold()
    kept = "".join(character if _is_word(character) else " " for character in words)
    joined = "-".join(kept.split())
    short = joined[:SLUG_LIMIT]
    if len(joined) > SLUG_LIMIT and "-" in short[SLUG_LIMIT // 2 :]:
        short = short.rsplit("-", 1)[0]  # end at a whole word
    while len(short.encode("utf-8")) > 3 * SLUG_LIMIT:
        short = short[:-1]
    short = unicodedata.normalize("NFC", short).strip("-")
    return short or "untitled"


def stem(created: str, title: str, tail: str) -> str:
    """A file name without its ending.

    Args:
        created: the record's time; its date leads the name.
        title: what the readable part is made from.
        tail: the end of the item's id, which makes the name unique.
    """
    return f"{created[:10]}_{slug(title)}_{tail}"


def folder(created: str) -> str:
    """The month's folder, ``2026-11``."""
    return created[:7]


def title_from(text: str, limit: int = 60) -> str:
    """A title from a prompt or a text: its first words, on one line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:1000]).split()).lstrip("#*-_> ")
    if len(line) <= limit:
        return line
    cut = line[:limit]
    return (cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut).rstrip(" ,.;:-–—") + "…"


def _is_word(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LN" or (category[0] == "M" and category != "Me")
