"""Pixel art from words, by a flow-matching model of 32 or 64 pixels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk
from studio_image.asking import COLOURS, Reading, listed, nearest, read
from studio_image.named_colours import SNAPS

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from studio_image.models.flow import FlowModel

COUNTS = (("1", "One"), ("4", "4"), ("9", "9"), ("16", "16"))
LAYOUTS = (("sheet", "One sheet"), ("single", "Single pictures"))
PREVIEW = 128
"""Least width of a preview, pixels."""

TRIES = 4
"""How often each picture is drawn by default."""

ENOUGH = 4
"""Captions in the colour asked for that make pictures differ; with fewer, those in other colours are lent too."""

CLEAR, SUGGESTED = 0.5, 5
"""Share of a word's pictures that people must recognise for nothing to be said, and how many better words are told."""

DUST = 0.1
"""Alpha below which a pixel is grain around a picture and left out."""


def tries() -> Any:
    """The field *Tries* of a form."""
    return sdk.integer(
        TRIES, min=1, max=16, advanced=True, label="Tries",
        help="Each picture is drawn this often, and the one kept in which the model itself best sees the words.",
    )  # fmt: skip


def recolour() -> Any:
    """The field *Colour afterwards* of a form."""
    return sdk.toggle(
        default=True, advanced=True, label="Colour afterwards",
        help="A thing in a colour that the model does not know it in is drawn as it knows it, then recoloured. Off: the"
        " colour is only one of the words.",
    )  # fmt: skip


def migrated(values: Mapping[str, Any], version: int) -> Mapping[str, Any]:
    """Values of a form with both fields: before version 2 pictures were drawn once, before 3 never recoloured."""
    earlier = ({"tries": 1} if version < 2 else {}) | ({"recolour": False} if version < 3 else {})
    return {**values, **earlier}


class Sprite(sdk.Generator):
    """Pixel art from a few words: creatures, weapons, potions, books, statues, doors and spells, see-through around.

    The model that comes along learned from 1,500 fantasy sprites, 32 × 32 pixels. It knows about 900 words and the
    main colours, in English, many of them in Chinese and French too; it leaves out others and says which. It does not
    understand sentences: name a thing and its colour, and pick among variations.
    """

    id, title, makes = "studio.image.sprite", "Pixel art from words", (sdk.Image,)
    version = 3
    needs = sdk.Needs(ram_gb=1.2, modules=("torch", "safetensors", "diffusers", "scipy.ndimage"))
    examples = (
        sdk.Example("Blue potions", {"prompt": "blue potion"}, 1),
        sdk.Example("Nine swords", {"prompt": "sword", "count": "9"}, 2),
        sdk.Example("Potions on a sheet", {"prompt": "potion", "count": "16", "enlarge": 4}, 1),
        sdk.Example("Frogs", {"prompt": "grenouille"}, 1),
        sdk.Example("Undead in four greens", {"prompt": "skeleton", "colours": "pond"}, 3),
        sdk.Example("A blue butterfly", {"prompt": "蓝色的蝴蝶"}, 2),
        sdk.Example("Surprises", {"prompt": "", "count": "9"}, 5),
    )

    class Params(sdk.Params):
        """What the artist sets."""

        prompt: str = sdk.prompt(
            "blue potion", label="Words", help="A thing and its colour, in a few words. Leave it empty for a surprise."
        )
        model: str = sdk.choice("starter:sprites", source="models:image.flow", label="Model")
        count: str = sdk.choice("4", COUNTS, label="Pictures")
        layout: str = sdk.choice("sheet", LAYOUTS, label="Arranged as", when={"count": ["4", "9", "16"]})
        colours: str = sdk.choice(
            "free", SNAPS, label="Colours", help="All pictures share these; a number keeps the main ones."
        )
        enlarge: int = sdk.integer(8, min=1, max=16, label="Enlarge", help="Every pixel becomes a square this wide.")
        fill_in: bool = sdk.toggle(
            default=True, advanced=True, label="Fill in what is left open",
            help="Adds the colours and kinds that known pictures of these words have, another one for each picture.",
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
        """Yield one sheet, or pictures one by one.

        Raises:
            UserError: no word is known, or the model cannot be read.
        """
        from studio_image.models.pixels import enlarged
        from studio_image.recolouring import recoloured
        from studio_image.snapping import snapped

        total = rounds(params)
        ctx.progress(0, total, "Loading the model")
        model = loaded_flow(params.model, ctx)
        reading = understood(params.prompt, model, ctx)
        captions, colour = _captions(reading, model, params, ctx)
        known = drawn(model, [(captions, 1.0)], params, ctx)
        made = snapped(recoloured(known, colour) if colour else known, params.colours)
        title = " ".join(reading.known).capitalize() or "Surprise"
        meta = {"words": list(reading.known), "left out": list(reading.unknown)}
        if colour:
            meta["coloured afterwards"] = [colour]
        if params.layout == "single":
            for number, picture in enumerate(enlarged(made, params.enlarge), 1):
                name = title if len(made) == 1 else f"{title} {number}"
                yield sdk.Image(picture, title=name, meta={**meta, "drawn as": captions[number - 1]})
        else:
            yield sdk.Image(_sheet(made, params.enlarge), title=title, meta={**meta, "drawn as": captions})
        ctx.progress(total, total, "Done")


def loaded_flow(ref: str, ctx: sdk.Context) -> FlowModel:
    """A model of pictures from words, kept between runs."""
    from studio_image.models.flow import load

    folder = ctx.model(ref)
    try:
        return ctx.load(f"{ref} {ctx.device}", lambda: load(folder, ctx.device))
    except (OSError, ValueError) as error:
        raise sdk.UserError(
            "This model cannot be read.", param="model", hint="Pick another one, or train it again."
        ) from error


def understood(prompt: str, model: FlowModel, ctx: sdk.Context) -> Reading:
    """The prompt's known words; what is left out, or taken for other words, is told."""
    from studio_image.fantasy import NAMES

    words = model.vocabulary.words
    reading = read(prompt, words, NAMES)
    if not reading.known and prompt.strip():
        near = ", ".join(nearest(reading.unknown, words))
        raise sdk.UserError(
            "The model knows none of these words.", param="prompt",
            hint=f"It knows {len(words)} words, for example: {near}.",
        )  # fmt: skip
    for written, taken in reading.taken_for:
        ctx.log(f"“{written}” is taken for “{taken}”.")
    if reading.unknown:
        ctx.log(f"The model does not know {listed(reading.unknown)}; left out. It knows {len(words)} words.")
    _warn_of_unclear(reading, model, ctx)
    return reading


def _warn_of_unclear(reading: Reading, model: FlowModel, ctx: sdk.Context) -> None:
    """Say so where all things that were asked for are ones that people seldom recognise in the model's pictures."""
    things = [word for word in reading.known if word not in COLOURS]
    surest = [word for word, share in model.seen.items() if share == 1]
    if things and surest and all(model.seen.get(word, CLEAR) < CLEAR for word in things):
        others = [surest[int(place)] for place in ctx.rng("surest").permutation(len(surest))[:SUGGESTED]]
        ctx.log(f"{listed(things)} seldom comes out clearly with this model. It is surest of others: {listed(others)}.")


def rounds(params: Any) -> int:
    """What progress counts: every step of every try, and what comes after."""
    return int(params.tries * params.steps) + 1


def drawn(model: FlowModel, asked: list[tuple[list[str], float]], params: Any, ctx: sdk.Context) -> NDArray[np.uint8]:
    """Pictures uint8 [n, s, s, channels] for captions, each the best of its tries; previews while they come."""
    import torch

    from studio_image.models.pixels import to_bytes

    kept = _once(model, asked, params, ctx, 0)
    if params.tries > 1:
        best = model.obedience(kept, asked, ctx.seed, ctx.check)
        for turn in range(1, params.tries):
            pictures = _once(model, asked, params, ctx, turn)
            obedience = model.obedience(pictures, asked, ctx.seed, ctx.check)
            kept = torch.where((obedience > best)[:, None, None, None], pictures, kept)
            best = torch.maximum(best, obedience)
    made = to_bytes(kept, crisp=model.crisp)
    if made.shape[-1] == 4:
        made[made[..., 3] < DUST * 255] = 0
    return made


def _once(
    model: FlowModel, asked: list[tuple[list[str], float]], params: Any, ctx: sdk.Context, turn: int
) -> torch.Tensor:
    """One try at each picture, [n, channels, s, s]; the first is from the seed itself."""
    seed = int(ctx.rng("tries", turn).integers(2**62)) if turn else ctx.seed
    message = "Drawing" if params.tries == 1 else f"Drawing, try {turn + 1} of {params.tries}"
    total, pictures = rounds(params), None
    moving = model.drawing(asked, seed, steps=params.steps, guidance=params.guidance)
    for step, pictures in enumerate(moving, turn * params.steps + 1):
        ctx.progress(step, total, message, preview=partial(_preview, pictures))
    assert pictures is not None
    return pictures


def _captions(reading: Reading, model: FlowModel, params: Any, ctx: sdk.Context) -> tuple[list[str], str]:
    """What each picture is asked for, and the colour that all get afterwards; none where known ones have it.

    All of them, those too that were learned by its name: colours in captions are those of most pixels, roughly.
    """
    from studio_image.kin import Captions
    from studio_image.models.words import LONGEST, split

    count, random = int(params.count), ctx.rng("captions")
    known = Captions(model.captions, split)
    if not reading.known:
        texts = known.texts or model.vocabulary.words
        return [texts[int(random.integers(len(texts)))] for _ in range(count)], ""
    if not params.fill_in:
        return [" ".join(reading.known[:LONGEST])] * count, ""
    colour = _one_colour(reading) if params.recolour else ""
    lent = known.in_any_colour(reading.known, colour, ENOUGH) if colour else []
    if not lent:
        captions = [" ".join(known.completed(reading.known, LONGEST, random.integers)) for _ in range(count)]
    else:
        things = [word for word in reading.known if word not in COLOURS]
        order = random.permutation(len(lent))
        chosen = [lent[int(order[number % len(lent)])] for number in range(count)]
        captions = [" ".join(list(dict.fromkeys([*things, *caption]))[:LONGEST]) for caption in chosen]
    if all(colour in caption for caption in lent):
        colour = ""
    if colour:
        ctx.log(f"Drawn in colours that the model knows, then coloured: {colour}.")
    if count > 1 and len(set(captions)) == 1:
        ctx.log("The model knows one picture of this, so all will be much alike.")
    return captions, colour


def _one_colour(reading: Reading) -> str:
    """The only colour among the words; empty where there is none, or several."""
    colours = [word for word in reading.known if word in COLOURS]
    return colours[0] if len(colours) == 1 else ""


def _sheet(pictures: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    from studio_image.models.pixels import enlarged, sheet

    return sheet(enlarged(pictures, factor), round(len(pictures) ** 0.5), gap=2 * factor if len(pictures) > 1 else 0)


def _preview(pictures: torch.Tensor) -> sdk.Image:
    from studio_image.models.pixels import to_bytes

    made = to_bytes(pictures, crisp=False)
    side = made.shape[1] * round(len(made) ** 0.5)
    return sdk.Image(_sheet(made, max(1, -(-PREVIEW // side))))
