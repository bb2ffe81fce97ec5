"""The studio's texts in other languages, as the resources hold them, and looking a text up there.

The English text is the key. A catalogue is the union of the JSON files in ``resources/i18n/<locale>/``:
``{"English source": "translation"}``; texts with numbers or names use ``{placeholders}``. The fixed parts of reports
stand apart, in ``reports/``: some are templates so loose that they would fit any message. Plugins bring catalogues of
the same form. Both faces and the reports read them through this module.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from studio.disk.resources import resources

LOCALES = ("en", "zh_CN")
"""Languages the studio speaks."""

_PLACES = re.compile(r"\{(\w+)\}")
_SENTENCE_END = re.compile(r"(?<=[.?!]) (?=\S)")
_SPLIT_LIMIT = 1000
"""Longer messages are no sentences of ours in a row; they are not tried out."""

OF_OURS = frozenset({"reason", "why", "first", "what", "wanted", "setting"})
"""Places that hold a text of ours, to be looked up in turn. What stands at any other is the artist's and stays."""


class Catalogue:
    """The texts of one language."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._templates: dict[str, str] | None = None

    def text(self, source: str) -> str:
        """The translation of one of our texts; the source itself where there is none."""
        return self._texts.get(source, source)

    def message(self, message: str, fields: Mapping[str, str] | None = None) -> str:
        """Translate `message`; itself where it is not known.

        It is looked up as a whole, as several sentences in a row, or by the template it was made from. `fields`
        translates what stands at ``{field}``: the labels of a plugin's parameters.
        """
        return self.known(message, fields) or message

    def known(self, message: str, fields: Mapping[str, str] | None = None) -> str:
        """As `message`, but empty where it is not known."""
        labels = fields or {}
        return self._texts.get(message) or self._in_a_row(message, labels) or self._one(message, labels)

    def _in_a_row(self, message: str, fields: Mapping[str, str]) -> str:
        """Several sentences, each of which is known by itself; empty for anything else."""
        if len(message) > _SPLIT_LIMIT:
            return ""
        told, start = "", 0
        for end in [*(found.start() for found in _SENTENCE_END.finditer(message)), len(message)]:
            whole = (start, end) == (0, len(message))
            if not whole and (known := self._one(message[start:end].strip(), fields)):
                told, start = told + known, end
        return told if start == len(message) else ""

    def _one(self, message: str, fields: Mapping[str, str]) -> str:
        if exact := self._texts.get(message):
            return exact
        if self._templates is None:
            templates = [(source, text) for source, text in self._texts.items() if "{" in source]
            self._templates = dict(sorted(templates, key=lambda pair: _looseness(pair[0])))

        def inner(place: str, value: str) -> str:
            if place == "field":
                return fields.get(value, value)
            return self.message(value, fields) if place in OF_OURS else value

        told = from_template(self._templates, message, inner)
        if not told and message[:1].isupper():  # what is wrong with a plugin is said alone or within another sentence
            return self._one(message[:1].lower() + message[1:], fields)
        return told


def _looseness(template: str) -> tuple[bool, int]:
    """Orders templates so that a close one is tried before those that fit much, as “{field} must be {what}.” does."""
    return template.startswith("{"), -len(_PLACES.sub("", template))


def catalogue(locale: str, part: str = "") -> dict[str, str]:
    """All translations of a locale, or those of a part that stands apart; empty for a locale we do not have."""
    texts: dict[str, str] = {}
    for file in sorted((resources() / "i18n" / locale / part).glob("*.json")):
        texts.update(json.loads(file.read_text(encoding="utf-8")))
    return texts


def from_template(
    texts: Mapping[str, str], message: str, inner: Callable[[str, str], str] = lambda _, value: value
) -> str:
    """The translation of a message by the template it was made from; empty where no template fits.

    `inner` translates what stands at a place, given the place's name and the text.
    """
    for source, text in texts.items():
        if not _may_fit(source, message):
            continue
        if match := _pattern(source).fullmatch(message):
            values = {place: inner(place, value) for place, value in match.groupdict().items()}
            return "".join(
                values.get(part, f"{{{part}}}") if at % 2 else part for at, part in enumerate(_PLACES.split(text))
            )
    return ""


def _may_fit(source: str, message: str) -> bool:
    """Whether a template begins and ends as the message does: patterns are compiled and tried only where it does."""
    begin, end = source.find("{"), source.rfind("}") + 1
    return begin >= 0 and message.startswith(source[:begin]) and message.endswith(source[end:])


@lru_cache(1024)
def _pattern(source: str) -> re.Pattern[str]:
    parts = _PLACES.split(source)
    seen: set[str] = set()
    pattern = ""
    for index, part in enumerate(parts):
        if index % 2 == 0:
            pattern += re.escape(part)
        elif part in seen:
            pattern += f"(?P={part})"
        else:
            seen.add(part)
            pattern += f"(?P<{part}>.+?)"
    return re.compile(pattern, re.DOTALL)
