"""Stickers from words, by a flow-matching model that knows everyday things by their names in three languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk
from studio_image.asking import listed
from studio_image.concepts import Concepts, Match, read_concepts
from studio_image.models.words import split
from studio_image.sprite import (
    COUNTS,
    LAYOUTS,
    drawn,
    loaded_flow,
    migrated,
    recolour,
    rounds,
    tries,
    understood,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio_image.models.flow import FlowModel

STYLES = (("noto", "Shaded"), ("twemoji", "Plain"), ("glossy", "Glossy"), ("flat", "Flat"), ("mixed", "Mixed"))
SIZES = (("1", "Small, as drawn"), ("4", "4 times as large"), ("8", "8 times as large"))


class Sticker(sdk.Generator):
    """A sticker of an everyday thing: an animal, a fruit, a face, a vehicle, the weather; see-through around.

    Write what it shows in English, Chinese or French. The model that comes along learned 720 things from open emoji
    collections, in four styles, 64 × 64 pixels; the studio enlarges them with smooth contours. Two things with a plus
    between them become one. Faces, hearts and cats come out best; many things are only hinted at, so try several seeds.
    It says what it took your words for.
    """

    id, title, makes = "studio.image.sticker", "Sticker from words", (sdk.Image, sdk.Text)
    version = 3
    needs = sdk.Needs(ram_gb=1.2, modules=("torch", "safetensors", "diffusers", "scipy.ndimage", "skimage.measure"))
    examples = (
        sdk.Example("A smile", {"prompt": "smile"}, 1),
        sdk.Example("A cat, flat", {"prompt": "猫脸", "style": "flat"}, 2),
        sdk.Example("A lemon", {"prompt": "citron", "style": "flat"}, 1),
        sdk.Example("A purple devil", {"prompt": "devil", "style": "glossy"}, 3),
        sdk.Example("A yellow heart, rimmed", {"prompt": "yellow heart", "border": True}, 1),
        sdk.Example("Four wolves", {"prompt": "wolf", "style": "flat", "count": "4", "size": "4"}, 1),
        sdk.Example("Cat and sun", {"prompt": "cat face + sun", "blend": 0.5}, 4),
    )

    class Params(sdk.Params):
        """What the artist sets."""

        prompt: str = sdk.prompt(
            "smile", label="Words",
            help="One thing, in English, Chinese or French, with a colour if you like; or two: cat + rainbow.",
        )  # fmt: skip
        model: str = sdk.choice("starter:stickers", source="models:image.flow", label="Model")
        style: str = sdk.choice("noto", STYLES, label="Style")
        count: str = sdk.choice("1", COUNTS, label="Pictures")
        layout: str = sdk.choice("sheet", LAYOUTS, label="Arranged as", when={"count": ["4", "9", "16"]})
        size: str = sdk.choice("8", SIZES, label="Size", help="Enlarged with sharp, smooth contours.")
        border: bool = sdk.toggle(label="White rim", help="Around the outline, as on a sticker that was cut out.")
        vector: bool = sdk.toggle(
            label="Also as SVG",
            help="Adds the drawing as SVG source, a text; save it under a name that ends in .svg. Each colour becomes"
            " one shape with an even gradient.",
        )  # fmt: skip
        blend: float = sdk.number(
            0.5, min=0.0, max=1.0, step=0.05, label="Blend",
            help="Of two things with a plus between them: 0 is all the first, 1 all the second.",
        )  # fmt: skip
        guidance: float = sdk.number(
            3.0, min=1.0, max=8.0, step=0.1, advanced=True, label="Guidance",
            help="How strictly words are followed; high values exaggerate.",
        )  # fmt: skip
        steps: int = sdk.integer(
            20, min=4, max=60, advanced=True, label="Steps", help="More take longer and are a little cleaner."
        )
        tries: int = tries()
        recolour: bool = recolour()

    @classmethod
    def migrate(cls, values: Mapping[str, Any], version: int) -> Mapping[str, Any]:
        """See `migrated`."""
        return migrated(values, version)

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield one sheet, or stickers one by one, and their SVG source if asked for.

        Raises:
            UserError: nothing that the model knows was asked for, or it cannot be read.
        """
        total = rounds(params)
        ctx.progress(0, total, "Loading the model")
        model = loaded_flow(params.model, ctx)
        wish = _wish(params, model, ctx)
        made = list(_coloured(drawn(model, wish.captions, params, ctx), wish.captions[0][0], wish.colour))
        large = [_finished(one, params) for one in made]
        meta = {"drawn as": list(wish.named), "captions": [list(captions) for captions, _ in wish.captions]}
        if wish.colour:
            meta["coloured afterwards"] = [wish.colour]
        title = " + ".join(wish.named).capitalize()
        if params.layout == "single" or len(made) == 1:
            for number, picture in enumerate(large, 1):
                yield sdk.Image(picture, title=title if len(made) == 1 else f"{title} {number}", meta=meta)
        else:
            yield sdk.Image(_sheet(large), title=title, meta=meta)
        if params.vector:
            yield from _drawings(made, title)
        ctx.progress(total, total, "Done")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be drawn.

    Attributes:
        named: what the artist's words were taken for, one or two things.
        captions: for each thing, what each picture is asked for, and the thing's share.
        colour: what the pictures are recoloured to whose captions do not name it; empty for none.
    """

    named: tuple[str, ...]
    captions: list[tuple[list[str], float]]
    colour: str = ""


def _wish(params: Any, model: FlowModel, ctx: sdk.Context) -> Wish:
    concepts = _concepts(ctx.model(params.model), ctx)
    phrases = [phrase for phrase in params.prompt.replace("＋", "+").split("+", 2) if phrase.strip()][:2] or [""]
    styles = _styles(params, model, ctx)
    afterwards = params.recolour and len(phrases) == 1
    found = [_one(phrase, concepts, model, styles, ctx, afterwards=afterwards) for phrase in phrases]
    shares = (1.0,) if len(found) == 1 else (1 - params.blend, params.blend)
    asked = [(one.captions, share) for one, share in zip(found, shares, strict=True) if share > 0]
    return Wish(tuple(one.name for one in found), asked, found[0].colour)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the model for one phrase.

    Attributes:
        name: what the phrase was taken for.
        captions: one for each picture.
        colour: what is recoloured afterwards; empty for nothing.
    """

    name: str
    captions: list[str]
    colour: str = ""


def _one(
    phrase: str,
    concepts: Concepts | None,
    model: FlowModel,
    styles: Sequence[str],
    ctx: sdk.Context,
    *,
    afterwards: bool,
) -> Asked:
    """What a phrase asks for in these styles, a colour `afterwards` where the thing is known in other ones."""
    random = ctx.rng("captions", phrase)
    if concepts is None:
        reading = understood(phrase, model, ctx)
        words = reading.known or (model.vocabulary.words[int(random.integers(len(model.vocabulary.words)))],)
        return Asked(" ".join(words), [" ".join([*words, style]) for style in styles])
    match = _matched(phrase, concepts, ctx)
    label, colours = match.concept.label, match.colours
    if not colours or (afterwards and len(colours) == 1 and _captions_of(label, model)):
        usual = [_usual(label, style, model, int(random.integers(2**31))) for style in styles]
        return Asked(label, usual, _told("".join(colours), usual, ctx))
    return Asked(label, [", ".join(filter(None, [style, *colours, label])) for style in styles])


def _told(colour: str, captions: Sequence[str], ctx: sdk.Context) -> str:
    """`colour` if some of the pictures are to be recoloured to it, which is said; else nothing."""
    if not colour or all(colour in split(caption) for caption in captions):
        return ""
    ctx.log(f"Drawn in colours that the model knows, then coloured: {colour}.")
    return colour


def _matched(phrase: str, concepts: Concepts, ctx: sdk.Context) -> Match:
    """The thing that a phrase means; says so, unless it is what was written."""
    if not phrase.strip():
        concept = concepts.known[int(ctx.rng("surprise").integers(len(concepts.known)))]
        match: Match | None = Match(concept, 1.0, ())
    else:
        match = concepts.find(phrase)
    if match is None:
        raise sdk.UserError(
            "The model knows nothing of this name.", param="prompt",
            hint=f"It knows {len(concepts.known)} things, for example: {listed(concepts.suggest(phrase))}.",
        )  # fmt: skip
    concept = match.concept
    ctx.log(f"Drawn as: {concept.label} ({concept.chinese}, {concept.french}).")
    if match.likeness < 0.6:
        ctx.log(f"That is a guess. Nearby: {listed(concepts.suggest(phrase))}.")
    return match


def _usual(label: str, style: str, model: FlowModel, number: int) -> str:
    """A training caption of this thing in this style, for the colours that it usually has."""
    known = _captions_of(label, model)
    # labels with a comma of their own, and models whose captions are other ones, get no colours
    fitting = [caption for caption in known if not style or caption.startswith(f"{style}, ")]
    return fitting[number % len(fitting)] if fitting else ", ".join(filter(None, [style, label]))


def _coloured(pictures: NDArray[np.uint8], captions: Sequence[str], colour: str) -> NDArray[np.uint8]:
    """The pictures, those recoloured whose captions do not name `colour`; empty where none is wished."""
    from studio_image.recolouring import recoloured

    others = [number for number, caption in enumerate(captions) if colour and colour not in split(caption)]
    if not others:
        return pictures
    changed = pictures.copy()
    changed[others] = recoloured(pictures[others], colour)
    return changed


def _captions_of(label: str, model: FlowModel) -> list[str]:
    """The training captions of this thing."""
    name = label.casefold()
    return [caption for caption in model.captions if caption.casefold().rsplit(", ", 1)[-1] == name]


def _styles(params: Any, model: FlowModel, ctx: sdk.Context) -> list[str]:
    """The word for each picture's style; empty where the model knows no such word."""
    there = [style for style, _ in STYLES if style in model.vocabulary.words]
    count = int(params.count)
    if not there:
        return [""] * count
    if params.style == "mixed":
        first = int(ctx.rng("styles").integers(len(there)))
        return [there[(first + number) % len(there)] for number in range(count)]
    return [params.style if params.style in there else ""] * count


def _concepts(folder: Path, ctx: sdk.Context) -> Concepts | None:
    try:
        return ctx.load(f"names {folder}", lambda: read_concepts(folder))
    except (OSError, ValueError) as error:
        raise sdk.UserError(
            "This model cannot be read.", param="model", hint="Pick another one, or train it again."
        ) from error


def _finished(pixels: NDArray[np.uint8], params: Any) -> NDArray[np.uint8]:
    from studio_image.enlarging import rimmed, smoothly_enlarged

    large = smoothly_enlarged(pixels, int(params.size))
    return rimmed(large) if params.border and large.shape[-1] == 4 else large


def _sheet(pictures: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    import numpy as np

    from studio_image.models.pixels import sheet

    return sheet(np.stack(pictures), round(len(pictures) ** 0.5), gap=pictures[0].shape[0] // 16)


def _drawings(pictures: list[NDArray[np.uint8]], title: str) -> Iterator[sdk.Text]:
    from studio_image.tracing import traced

    for number, picture in enumerate(pictures, 1):
        name = title if len(pictures) == 1 else f"{title} {number}"
        yield sdk.Text(traced(picture), title=f"{name} (SVG)")
