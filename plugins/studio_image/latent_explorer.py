"""The latent explorer: what a GAN or VAE that was trained here can make, and what lies between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk

if TYPE_CHECKING:
    import torch

    from studio_image.models.latents import PictureModel

SHOWS = (("sheet", "A sheet of pictures"), ("single", "Single pictures"), ("between", "From one to another"),
         ("sliders", "What the sliders do"), ("words", "What the words do"), ("walk", "A walk as a video"))  # fmt: skip
SLIDERS = 6
SLIDER_REACH = 2.5
"""How far a slider goes when a sheet shows what it does; a picture's own value is seldom beyond it."""

WORD_REACH, FARTHEST = 2.0, 4.0
"""How far a sheet of words goes, and how far the artist may go, in distances between pictures with and without it."""

TOGETHER = 8
"""Frames of a video that are made at once."""

LARGEST_SHEET = 4096
"""Side within which a sheet stays, pixels, as long as every pixel can be seen."""

SMALLEST_FRAME = 256
"""Side below which frames of a video are enlarged, pixels."""


def _slider(number: int) -> float:
    return sdk.number(
        0.0, min=-4.0, max=4.0, step=0.1, group="Directions", label=f"Direction {number}",
        help="Moves every picture along one of the model's main directions; 0 leaves it." if number == 1 else "",
    )  # fmt: skip


class LatentExplorer(sdk.Generator):
    """New pictures by a GAN or VAE, the ways between them, and sliders for what the model has learned to vary.

    Two small models come along: a VAE of faces, soft and smooth between its pictures, and a GAN of fantasy things,
    crisper and wilder. Train your own on your pictures; make a sheet and keep the best.
    """

    id, title, makes = "studio.image.latent-explorer", "Latent explorer", (sdk.Image, sdk.Video)
    needs = sdk.Needs(ram_gb=0.8, modules=("torch", "safetensors"))
    examples = (
        sdk.Example("A sheet of faces", {}, 1),
        sdk.Example("A GAN's weapons and things", {"model": "starter:gan-sprites", "variety": 1.0}, 1),
        sdk.Example("From one to another", {"show": "between", "count": 8}, 2),
        sdk.Example("What the sliders do", {"show": "sliders"}, 4),
        sdk.Example("Cats that cry", {"words": "cat 2, crying 2"}, 2),
        sdk.Example("What the words do", {"show": "words"}, 1),
        sdk.Example("A walk among faces", {"show": "walk"}, 3),
    )

    class Params(sdk.Params):
        """What the artist sets."""

        model: str = sdk.choice("starter:vae-faces", source="models:image.gan,image.vae", label="Model")
        show: str = sdk.choice("sheet", SHOWS, label="Show")
        count: int = sdk.integer(
            36, min=1, max=256, label="Pictures", when={"show": ["sheet", "single", "between"]},
            help="How many pictures, or how many from one to the other.",
        )  # fmt: skip
        variety: float = sdk.number(
            0.8, min=0.0, max=1.5, step=0.05, help="Less is surer and more alike, more is bolder and rougher."
        )
        target: int = sdk.seed(
            1, label="Seed of the other picture", when={"show": "between"}, help="Where the way from the seed leads."
        )
        stops: int = sdk.integer(
            6, min=2, max=60, label="Pictures on the way", when={"show": "walk"}, help="The walk returns to the first."
        )
        seconds: float = sdk.number(
            6.0, min=1.0, max=30.0, step=0.5, unit="s", label="Length", when={"show": "walk"}, help="Of the video."
        )
        frame_rate: int = sdk.integer(24, min=8, max=30, label="Frames per second", when={"show": "walk"})
        background: str = sdk.color(
            "#20242c", when={"show": "walk"}, help="Behind see-through pictures; videos have no transparency."
        )
        enlarge: int = sdk.integer(
            4,
            min=1,
            max=16,
            label="Enlarge",
            help="Every pixel becomes this many wide; a sheet stays within 4,096 pixels.",
        )
        words: str = sdk.text(
            "", max_length=200, group="Directions", label="Words",
            help="Moves every picture towards words of the captions a VAE learned from, each as far as the number "
            "behind it says: “cat, crying 2, hat -1”. A sheet of what the words do shows which there are.",
        )  # fmt: skip
        direction_1: float = _slider(1)
        direction_2: float = _slider(2)
        direction_3: float = _slider(3)
        direction_4: float = _slider(4)
        direction_5: float = _slider(5)
        direction_6: float = _slider(6)

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield pictures, or a video and its frames while they come."""
        ctx.progress(0, 100, "Loading the model")
        model = _loaded(params.model, ctx)
        asked(params.words, model)
        ctx.progress(5, 100, "Making pictures")
        if params.show == "walk":
            yield from _walk(model, params, ctx)
        elif params.show == "single":
            yield from _single(model, params, ctx)
        else:
            yield _sheet(model, params, ctx)
        ctx.progress(100, 100, "Done")


def _loaded(ref: str, ctx: sdk.Context) -> PictureModel:
    """The model, kept between runs."""
    from studio_image.models.latents import load

    folder = ctx.model(ref)
    try:
        return ctx.load(f"{ref} {ctx.device}", lambda: load(folder, ctx.device))
    except (OSError, ValueError) as error:
        raise sdk.UserError(
            "This model cannot be read.", param="model", hint="Pick another one, or train it again."
        ) from error


def asked(words: str, model: PictureModel) -> dict[str, float]:
    """How far to go towards which of the model's words: “cat, crying 2, hat -1”.

    Raises:
        UserError: the model knows none, or not this one.
    """
    found: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in re.split(r"[,，;；、\n]", words))):
        match = re.fullmatch(r"(.+?)\s*([+\-−]?\d+(?:\.\d+)?)?", part)
        word, number = (match[1].casefold(), match[2]) if match else (part, None)
        if word not in model.attributes:
            raise _unknown(word, model)
        far = float(number.replace("−", "-")) if number else 1.0
        found[word] = max(-FARTHEST, min(FARTHEST, far))
    return found


def _unknown(word: str, model: PictureModel) -> sdk.UserError:
    if not model.attributes:
        return sdk.UserError(
            "This model knows no words.", param="words",
            hint="VAEs trained on pictures with captions know some. Leave the field empty for others.",
        )  # fmt: skip
    return sdk.UserError(
        f"This model does not know the word “{word[:40]}”.", param="words",
        hint=f"It knows: {', '.join(model.attributes)}.",
    )  # fmt: skip


def _moved(places: torch.Tensor, params: Any, model: PictureModel) -> torch.Tensor:
    """Coordinates [n, dimensions] with variety, words and sliders applied."""
    moved: torch.Tensor = places * params.variety
    for word, far in asked(params.words, model).items():
        moved += far * model.attributes[word]
    for index in range(min(SLIDERS, moved.shape[1])):
        moved[:, index] += getattr(params, f"direction_{index + 1}")
    return moved


def _drawn(count: int, dimensions: int, seed: int) -> torch.Tensor:
    """Coordinates [count, dimensions] for a seed; the first ones stay the same when more are asked for."""
    import torch

    return torch.randn(count, dimensions, generator=torch.Generator().manual_seed(seed))


def _between(start: torch.Tensor, end: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
    """Points [n, d] on the arc from `start` [d] to `end` [d], which keeps their length (Shoemake's slerp)."""
    import torch

    cosine = torch.dot(start, end) / (start.norm() * end.norm()).clamp_min(1e-6)
    angle = cosine.clamp(-0.9995, 0.9995).acos()
    weights = torch.sin(torch.stack([1 - shares, shares], 1) * angle) / torch.sin(angle)
    points: torch.Tensor = weights @ torch.stack([start, end])
    return points


def _sheet(model: PictureModel, params: Any, ctx: sdk.Context) -> sdk.Image:
    """Samples, a way, or the sliders' effects, on one picture."""
    import torch

    from studio_image.models.pixels import enlarged, sheet, to_bytes

    columns = round(params.count**0.5)
    if params.show == "between":
        start, end = (_drawn(1, model.dimensions, seed)[0] for seed in (ctx.seed, params.target))
        places = _between(start, end, torch.linspace(0, 1, params.count))
        columns, title = min(params.count, 12), "From one picture to another"
    elif params.show == "sliders":
        places, columns, title = _slid(_drawn(1, model.dimensions, ctx.seed)), 7, "What the sliders do"
    elif params.show == "words":
        return _worded(model, params, ctx)
    else:
        places, title = _drawn(params.count, model.dimensions, ctx.seed), "Pictures from a model"
    made = model(_moved(places, params, model))
    pixels = to_bytes(made, crisp=model.crisp)
    longer = max(columns, -(-len(pixels) // columns)) * (pixels.shape[1] + 1)
    factor = max(1, min(params.enlarge, LARGEST_SHEET // longer))
    return sdk.Image(sheet(enlarged(pixels, factor), columns, gap=factor), title=title)


def _slid(start: torch.Tensor) -> torch.Tensor:
    """Coordinates [7·SLIDERS, d]: a row for each direction, from far below to far above, about `start` [1, d]."""
    import torch

    directions = min(SLIDERS, start.shape[1])
    places = start.repeat(7 * directions, 1)
    for index in range(directions):
        places[7 * index : 7 * index + 7, index] = torch.linspace(-SLIDER_REACH, SLIDER_REACH, 7)
    return places


def _worded(model: PictureModel, params: Any, ctx: sdk.Context) -> sdk.Image:
    """A row for each word, from away from it to far towards it, about the seed's picture; the word beside its row."""
    import numpy as np
    import torch
    from PIL import Image, ImageDraw, ImageFont

    from studio_image.models.pixels import enlarged, sheet, to_bytes

    if not model.attributes:
        raise _unknown("", model)
    start = _moved(_drawn(1, model.dimensions, ctx.seed), params, model)
    ways = torch.stack([*model.attributes.values()])
    places = start + torch.linspace(-WORD_REACH, WORD_REACH, 7)[None, :, None] * ways[:, None]
    pixels = to_bytes(model(places.flatten(0, 1)), crisp=model.crisp)
    side = pixels.shape[1]
    factor = max(1, min(params.enlarge, LARGEST_SHEET // (len(ways) * (side + 1))))
    rows = sheet(enlarged(pixels, factor), 7, gap=factor)
    height, font = len(rows) / len(ways), ImageFont.load_default(max(10, side * factor // 5))
    width = round(max(font.getlength(word) for word in model.attributes)) + 2 * factor + 8
    told = Image.new("RGBA", (width, len(rows)), "#ffffff")
    for number, word in enumerate(model.attributes):
        ImageDraw.Draw(told).text((4, (number + 0.5) * height), word, fill="#20242c", font=font, anchor="lm")
    names = np.asarray(told)[..., : rows.shape[2]]
    return sdk.Image(np.concatenate([names, rows], axis=1), title="What the words do")


def _single(model: PictureModel, params: Any, ctx: sdk.Context) -> Iterator[sdk.Image]:
    """Each picture by itself."""
    from studio_image.models.pixels import enlarged, to_bytes

    places = _moved(_drawn(params.count, model.dimensions, ctx.seed), params, model)
    for index in range(params.count):
        made = to_bytes(model(places[index : index + 1]), crisp=model.crisp)
        yield sdk.Image(enlarged(made, params.enlarge)[0], title=f"Picture {index + 1}")
        ctx.progress(5 + 95 * (index + 1) / params.count, 100, "Making pictures")


def _walk(model: PictureModel, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
    """A closed walk over some pictures, evenly in time."""
    import torch

    from studio_image.models.pixels import enlarged, on_colour, to_bytes

    stops = _drawn(params.stops, model.dimensions, ctx.seed)
    count = max(2, round(params.seconds * params.frame_rate))
    places = torch.cat([_on_the_way(stops, index / count) for index in range(count)])
    frames: list[Any] = []
    for part in torch.split(_moved(places, params, model), TOGETHER):
        made = to_bytes(model(part), crisp=model.crisp)
        factor = max(params.enlarge, -(-SMALLEST_FRAME // made.shape[1]))
        for pixels in on_colour(enlarged(made, factor), params.background):
            frames.append(pixels)
            yield sdk.VideoFrame(pixels)
        ctx.progress(5 + 95 * len(frames) / count, 100, "Walking")
    yield sdk.Video(frames, float(params.frame_rate), title="A walk through a model")


def _on_the_way(stops: torch.Tensor, share: float) -> torch.Tensor:
    """The place [1, d] where a closed walk over `stops` [n, d] is after a share of its time, slow at every stop."""
    import torch

    leg, part = divmod(share * len(stops), 1)
    start, end = stops[int(leg)], stops[(int(leg) + 1) % len(stops)]
    return _between(start, end, torch.tensor([part * part * (3 - 2 * part)]))
