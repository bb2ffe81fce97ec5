"""The Chinese side of the verse generator: what the artist wishes, put into the model's terms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from studio import sdk
from studio_text.verse import MOODS, STARTER
from studio_text.verse_rules import HAN, Form, phrases_of
from studio_text.verse_themes import UnknownWord, in_chinese
from studio_text.writing import tidy

if TYPE_CHECKING:
    from studio_text.verse import Verse
    from studio_text.versing import VerseModel, Wish

MOST_WORDS = 4
LONGEST_WORD = 4


def write(params: Verse.Params, ctx: sdk.Context) -> Iterator[sdk.Result]:
    """Yield the poem line by line, then whole."""
    from studio_text.decoding import out_of_memory
    from studio_text.versing import VerseModel, Versifier

    ctx.progress(0, 1, "Loading the model")
    folder, tables = ctx.model(params.model), ctx.model(STARTER)
    with out_of_memory():
        try:
            key = f"verse-zh:{ctx.device}:{params.model}"
            verse = ctx.load(key, lambda: VerseModel(folder, tables, ctx.device))
        except (OSError, ValueError, KeyError) as error:
            raise sdk.UserError(
                "This model does not write Chinese characters.", param="model", hint="Choose the studio's own."
            ) from error
    form = verse.tables.forms[params.form]
    wish = _wish(verse, form, params, ctx)
    writer, text = Versifier(verse, form, wish, ctx.seed), ""
    with out_of_memory():
        for number, line in enumerate(writer.lines()):
            text += line
            yield sdk.TextDelta(line)
            ctx.progress(number + 1, len(form.lines), "Writing")
    faults = verse.tables.rhyme_faults(form, text)
    yield sdk.Text(
        text=text,
        title=f"{form.name}·{phrases_of(text)[0]}",
        meta={"form": form.name, "words": list(wish.words), "rhyme_faults": faults},
    )


def _wish(verse: VerseModel, form: Form, params: Verse.Params, ctx: sdk.Context) -> Wish:
    from studio_text.versing import Wish

    words = _words(verse, params, ctx)
    return Wish(
        caption=words,
        words=words,
        fixed={**_acrostic(verse, form, params.acrostic), **_first_line(verse, form, params.first_line)},
        temperature=params.temperature,
        top_p=params.top_p,
        tones=params.tones,
        candidates=params.candidates,
    )


def _words(verse: VerseModel, params: Verse.Params, ctx: sdk.Context) -> tuple[str, ...]:
    theme = _in_chinese(tidy(params.theme), ctx)
    wished = [word for word in re.split(r"[\s,，、;；。]+", theme) if word]
    known = [word for word in wished if len(word) <= LONGEST_WORD and verse.knows(word)]
    if wished and not known:
        raise sdk.UserError(
            "None of these words can stand in a poem.",
            param="theme",
            hint="Write Chinese words of one to four characters, parted by spaces.",
        )
    return tuple(dict.fromkeys([*known, *MOODS.get(params.mood, ())]))[:MOST_WORDS]


def _in_chinese(theme: str, ctx: sdk.Context) -> str:
    """The theme with its English parts in Chinese, which is told; `UserError` at the field for words not known."""

    def translated(found: re.Match[str]) -> str:
        english = " ".join(found[0].split())
        try:
            words = in_chinese(english)
        except UnknownWord as unknown:
            raise sdk.UserError(
                f"The word “{str(unknown)[:24]}” is not among the English ones that can be put into Chinese.",
                param="theme",
                hint="Write it in Chinese, or take common words of poems: moon, river, autumn, wine, friend.",
            ) from None
        if words:
            ctx.log(f"“{english}” is taken for “{' '.join(words)}”.")
        return f" {' '.join(words)} "

    return re.sub(r"[A-Za-z](?:[A-Za-z'’, ;.-]*[A-Za-z])?", translated, theme)


def _first_line(verse: VerseModel, form: Form, given: str) -> dict[tuple[int, int], str]:
    letters = _letters(verse, given, "first_line")
    length = form.phrases[0]
    if letters and len(letters) != length:
        raise sdk.UserError(
            f"The first line of this form has {length} characters, not {len(letters)}.",
            param="first_line",
            hint="Change the line or choose another form.",
        )
    return {(0, place): letter for place, letter in enumerate(letters)}


def _acrostic(verse: VerseModel, form: Form, given: str) -> dict[tuple[int, int], str]:
    letters = _letters(verse, given, "acrostic")
    if len(letters) > len(form.phrases):
        raise sdk.UserError(
            f"This form has {len(form.phrases)} phrases, so an acrostic has at most as many characters.",
            param="acrostic",
            hint="Shorten it or choose a longer form.",
        )
    return {(phrase, 0): letter for phrase, letter in enumerate(letters)}


def _letters(verse: VerseModel, given: str, param: str) -> str:
    """The characters of `given` without spaces and punctuation; `UserError` for what the model cannot write."""
    letters = re.sub(r"[\s，。、；：？！,.;:?!]", "", tidy(given))
    strange = [letter for letter in letters if not HAN.match(letter)]
    if strange:
        raise sdk.UserError("Only Chinese characters can stand here.", param=param, hint="Write it in Chinese.")
    unknown = [letter for letter in letters if not verse.knows(letter)]
    if unknown:
        raise sdk.UserError(
            f"The model does not know the character {unknown[0]}.",
            param=param,
            hint="Use a simplified character that is common in old verse.",
        )
    return letters
