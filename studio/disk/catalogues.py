"""The studio's texts in other languages, as the resources hold them, and looking a text up there.

The English text is the key. A catalogue is the union of the JSON files in ``resources/i18n/<locale>/``:
``{"English source": "translation"}``; texts with numbers or names use ``{placeholders}``. The fixed parts of reports
stand apart, in ``reports/``: some are templates so loose that they would fit any message. Plugins bring catalogues of
the same form. Both faces and the reports read them through this module.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache

from studio.disk.resources import resources

LOCALES = ("en", "zh_CN")
"""Languages the studio speaks."""

_PLACES = re.compile(r"\{(\w+)\}")


class Catalogue:
    """The texts of one language."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._templates: dict[str, str] | None = None

    def text(self, source: str) -> str:
        """The translation of one of our texts; the source itself where there is none."""
        return self._texts.get(source, source)

    def message(self, message: str) -> str:
        """Translate `message` as a whole, or by the template it was made from; itself where neither is known."""
        return self.known(message) or message

    def known(self, message: str) -> str:
        """As `message`, but empty where it is not known."""
        if exact := self._texts.get(message):
            return exact
        if self._templates is None:
            self._templates = {source: text for source, text in self._texts.items() if "{" in source}
        return from_template(self._templates, message)


def catalogue(locale: str, part: str = "") -> dict[str, str]:
    """All translations of a locale, or those of a part that stands apart; empty for a locale we do not have."""
    texts: dict[str, str] = {}
    for file in sorted((resources() / "i18n" / locale / part).glob("*.json")):
        texts.update(json.loads(file.read_text(encoding="utf-8")))
    return texts


def from_template(texts: Mapping[str, str], message: str) -> str:
    """The translation of a message by the template it was made from; empty where no template fits."""
    for source, text in texts.items():
        if "{" in source and (match := _pattern(source).fullmatch(message)):
            values = match.groupdict()
            return "".join(
                values.get(part, f"{{{part}}}") if at % 2 else part for at, part in enumerate(_PLACES.split(text))
            )
    return ""


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
