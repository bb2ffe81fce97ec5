"""Classical Chinese verse in strict forms, from a small character model that ships with the studio."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from studio import sdk
from studio_text.verse_rules import HAN, Form, phrases_of
from studio_text.writing import tidy

if TYPE_CHECKING:
    from studio_text.versing import VerseModel, Wish

STARTER = "starter:verse-zh"

FORMS = (
    ("五言绝句", "Quatrain, five characters"),
    ("七言绝句", "Quatrain, seven characters"),
    ("五言律诗", "Regulated verse, five characters"),
    ("七言律诗", "Regulated verse, seven characters"),
    ("如梦令", "Ci: Like a Dream"),
    ("忆江南", "Ci: Recalling Jiangnan"),
    ("浣溪沙", "Ci: Silk-Washing Stream"),
    ("菩萨蛮", "Ci: Bodhisattva Barbarian"),
    ("清平乐", "Ci: Pure Serene Music"),
    ("卜算子", "Ci: Song of Divination"),
    ("采桑子", "Ci: Picking Mulberries"),
    ("西江月", "Ci: Moon over West River"),
    ("鹧鸪天", "Ci: Partridge Sky"),
    ("虞美人", "Ci: The Beautiful Lady Yu"),
    ("浪淘沙", "Ci: Waves Washing Sand"),
    ("临江仙", "Ci: Immortal by the River"),
    ("蝶恋花", "Ci: Butterflies in Love with Flowers"),
    ("满江红", "Ci: River All Red"),
    ("水调歌头", "Ci: Prelude to Water Melody"),
)
"""Forms on offer, as the model's captions name them."""

MOODS = {
    "spring": ("春风", "桃花"),
    "autumn": ("秋风", "落叶"),
    "moonlight": ("明月", "故乡"),
    "parting": ("故人", "相思"),
    "mountains": ("青山", "白云"),
    "river": ("江上", "扁舟"),
    "frontier": ("将军", "边城"),
    "wine": ("美酒", "今日"),
    "temple": ("古寺", "钟声"),
    "snow": ("白雪", "梅花"),
}
"""Wished words by mood, for those who do not write Chinese."""

MOST_WORDS = 4
LONGEST_WORD = 4
MOST_CANDIDATES = 16


class Verse(sdk.Generator):
    """Writes Chinese quatrains, regulated verse and ci in their strict forms, line by line.

    A small model trained for this studio on poems of the Tang and Song. Line lengths and rhymes are exact, by modern
    standard pronunciation; what the lines say is often beautiful and seldom meant. It does not repeat more than twelve
    characters in a row of any poem it learned from.
    """

    id = "studio.text.verse"
    title = "Chinese verse"
    makes = (sdk.Text,)
    needs = sdk.Needs(ram_gb=0.7, modules=("torch", "transformers", "safetensors"))
    examples = (
        sdk.Example("Moonlight, four lines", {"form": "五言绝句", "mood": "moonlight"}, seed=3),
        sdk.Example("Spring wind", {"form": "七言绝句", "mood": "spring"}, seed=1),
        sdk.Example("Mountains and clouds", {"form": "五言律诗", "mood": "mountains"}, seed=2),
        sdk.Example("Like a dream", {"form": "如梦令", "mood": "autumn"}, seed=4),
        sdk.Example("Acrostic: spring, river, flowers, moon", {"form": "七言绝句", "acrostic": "春江花月"}, seed=5),
    )

    class Params(sdk.Params):
        """What the artist can set."""

        form: str = sdk.choice("七言绝句", FORMS, label="Form")
        mood: str = sdk.choice(
            "",
            [
                ("", "Whatever comes"), ("spring", "Spring"), ("autumn", "Autumn"), ("moonlight", "Moonlight"),
                ("parting", "Parting"), ("mountains", "Mountains"), ("river", "On the river"),
                ("frontier", "The frontier"), ("wine", "Wine"), ("temple", "An old temple"), ("snow", "Snow"),
            ],
            label="Mood", help="Brings in words that belong to it.",
        )  # fmt: skip
        theme: str = sdk.text(
            "", max_length=100, label="Words", help="Up to four Chinese words that should come up, parted by spaces."
        )
        first_line: str = sdk.text(
            "", max_length=20, label="First line", help="Chinese characters the poem begins with: its first phrase."
        )
        acrostic: str = sdk.text(
            "", max_length=40, label="Acrostic", help="Chinese characters that begin the phrases, one each, in order."
        )
        temperature: float = sdk.number(
            0.8, min=0.1, max=2.0, step=0.05, group="Style", label="Temperature",
            help="Low: safe and repetitive. High: surprising, then nonsense.",
        )  # fmt: skip
        top_p: float = sdk.number(
            0.9, min=0.05, max=1.0, step=0.01, group="Style", advanced=True, label="Top-p",
            help="Only the likeliest characters that together reach this probability are considered; 1 considers all.",
        )  # fmt: skip
        tones: bool = sdk.toggle(
            default=True, group="Style", label="Mind the tones",
            help="Prefer level and oblique tones where regulated verse asks for them, by modern pronunciation.",
        )  # fmt: skip
        candidates: int = sdk.integer(
            8, min=1, max=MOST_CANDIDATES, group="Style", advanced=True, label="Candidates",
            help="How often each line is written before the likeliest is taken.",
        )  # fmt: skip
        model: str = sdk.choice(
            STARTER, [(STARTER, "The studio's own")], source="models:text.causal-lm", advanced=True, label="Model",
            help="A model of Chinese characters, the studio's or one that you taught starting from it.",
        )  # fmt: skip

    def generate(self, params: Params, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield the poem line by line, then whole.

        Raises:
            OutOfMemory: the device cannot hold even this model.
        """
        from studio_text.decoding import out_of_memory
        from studio_text.versing import VerseModel, Versifier

        ctx.progress(0, 1, "Loading the model")
        folder, tables = ctx.model(params.model), ctx.model(STARTER)
        with out_of_memory():
            try:
                key = f"{self.id}:{ctx.device}:{params.model}"
                verse = ctx.load(key, lambda: VerseModel(folder, tables, ctx.device))
            except (OSError, ValueError, KeyError) as error:
                raise sdk.UserError(
                    "This model does not write Chinese characters.", param="model", hint="Choose the studio's own."
                ) from error
        form = verse.tables.forms[params.form]
        wish = _wish(verse, form, params)
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


def _wish(verse: VerseModel, form: Form, params: Verse.Params) -> Wish:
    from studio_text.versing import Wish

    words = _words(verse, params)
    return Wish(
        caption=words,
        words=words,
        fixed={**_acrostic(verse, form, params.acrostic), **_first_line(verse, form, params.first_line)},
        temperature=params.temperature,
        top_p=params.top_p,
        tones=params.tones,
        candidates=params.candidates,
    )


def _words(verse: VerseModel, params: Verse.Params) -> tuple[str, ...]:
    wished = [word for word in re.split(r"[\s,，、;；。]+", tidy(params.theme)) if word]
    known = [word for word in wished if len(word) <= LONGEST_WORD and verse.knows(word)]
    if wished and not known:
        raise sdk.UserError(
            "None of these words can stand in a poem.",
            param="theme",
            hint="Write Chinese words of one to four characters, parted by spaces.",
        )
    return tuple(dict.fromkeys([*known, *MOODS.get(params.mood, ())]))[:MOST_WORDS]


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
