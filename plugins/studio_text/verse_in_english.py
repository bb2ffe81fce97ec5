"""The English side of the verse generator: what the artist wishes, put into the model's terms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from studio import sdk
from studio_text.english_rules import MARKS, EnglishTables, Line, lines_of, units_of
from studio_text.verse import STARTER as CHINESE
from studio_text.writing import opening_words, tidy

if TYPE_CHECKING:
    from studio_text.english_model import EnglishModel
    from studio_text.english_versing import EnglishWish
    from studio_text.verse import Verse

STARTER = "starter:verse-en"

MOODS = {
    "spring": ("spring", "flowers"),
    "autumn": ("autumn", "leaves"),
    "moonlight": ("moon", "silver"),
    "parting": ("farewell", "tears"),
    "mountains": ("mountains", "clouds"),
    "river": ("river", "stream"),
    "frontier": ("battle", "sword"),
    "wine": ("wine", "cup"),
    "temple": ("bells", "church"),
    "snow": ("snow", "winter"),
}
"""Wished words by mood."""

MOST_WORDS = 4

LONGEST_FIRST_LINE = 16
"""Words and marks of a first line."""


def write(params: Verse.Params, ctx: sdk.Context) -> Iterator[sdk.Result]:
    """Yield the poem line by line, then whole."""
    from studio_text.decoding import out_of_memory
    from studio_text.english_model import EnglishModel
    from studio_text.english_versing import EnglishVersifier

    ctx.progress(0, 1, "Loading the model")
    tables = ctx.model(STARTER)
    # The choice names the studio's own models by the Chinese one, as it did when there was no other.
    folder = tables if params.model == CHINESE else ctx.model(params.model)
    lines, metre = lines_of(params.kind, params.metre)
    with out_of_memory():
        try:
            verse = ctx.load(f"verse-en:{ctx.device}:{params.model}", lambda: EnglishModel(folder, tables, ctx.device))
        except (OSError, ValueError, KeyError) as error:
            raise sdk.UserError(
                "This model does not write English verse.", param="model", hint="Choose the studio's own."
            ) from error
    writer, text = EnglishVersifier(verse, lines, metre, _wish(verse, lines, params), ctx.seed), ""
    with out_of_memory():
        for number, line in enumerate(writer.written()):
            text += line
            yield sdk.TextDelta(line)
            ctx.progress(number + 1, len(lines), "Writing")
    yield sdk.Text(
        text=text,
        title=opening_words(text, 8),
        meta={
            "form": params.kind,
            "metre": metre,
            "words": list(_words(verse.tables, params)),
            "rhyme_faults": rhyme_faults(verse.tables, lines, writer.units),
        },
    )


def rhyme_faults(tables: EnglishTables, lines: Sequence[Line], units: Sequence[Sequence[str]]) -> int:
    """Lines that do not rhyme with each line of their rhyme before them."""
    ends: dict[int, list[str]] = {}
    faults = 0
    for line, words in zip(lines, units, strict=True):
        if line.rhyme >= 0:
            last = next((word for word in reversed(words) if word not in MARKS), "")
            faults += not all(tables.rhymes(last, other) for other in ends.setdefault(line.rhyme, []))
            ends[line.rhyme].append(last)
    return faults


def _wish(verse: EnglishModel, lines: Sequence[Line], params: Verse.Params) -> EnglishWish:
    from studio_text.english_versing import EnglishWish

    words = _words(verse.tables, params)
    hints = [word for word in words if word in verse.tables.hints]
    return EnglishWish(
        caption=(*([params.author] if params.author else ()), *hints),
        words=words,
        first_line=_first_line(verse, lines[0], params.first_line),
        temperature=params.temperature,
        top_p=params.top_p,
        feet=params.feet,
        candidates=params.candidates,
    )


def _words(tables: EnglishTables, params: Verse.Params) -> tuple[str, ...]:
    wished = [word for word in re.split(r"[\s,;.]+", tidy(params.theme)) if word]
    known = [word for word in (_known(tables, word) for word in wished) if word]
    if wished and not known:
        raise sdk.UserError(
            "The model knows none of these words.", param="theme", hint="Write common English words, parted by spaces."
        )
    return tuple(dict.fromkeys([*known, *MOODS.get(params.mood, ())]))[:MOST_WORDS]


def _known(tables: EnglishTables, word: str) -> str:
    """A word as the tables write it; empty when they lack it."""
    return next((form for form in (word, word.lower(), word.capitalize()) if form in tables.sounds), "")


def _first_line(verse: EnglishModel, line: Line, given: str) -> tuple[str, ...]:
    text = " ".join(tidy(given).split())
    units = units_of(text)
    words = [unit for unit in units if unit not in MARKS]
    if not text:
        return ()
    if not words:
        raise sdk.UserError("The first line needs English words.", param="first_line", hint="Write it in English.")
    if len(units) > LONGEST_FIRST_LINE:
        raise sdk.UserError("The first line is too long for a line of verse.", param="first_line", hint="Shorten it.")
    cased = [unit if unit in MARKS else _known(verse.tables, _small(unit, n)) or unit for n, unit in enumerate(units)]
    last = next(unit for unit in reversed(cased) if unit not in MARKS)
    if line.rhyme >= 0 and not verse.can_be_rhymed(last):
        raise sdk.UserError(
            f"The model knows too few rhymes for “{last[:40]}”.",
            param="first_line",
            hint="End the first line on another word.",
        )
    return tuple(cased)


def _small(unit: str, number: int) -> str:
    """A word without the capital that only the beginning of a line gives it."""
    return unit.lower() if number == 0 and unit != "I" else unit
