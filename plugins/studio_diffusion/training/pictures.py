"""Pictures to learn from: each goes into the bucket whose proportions are nearest to its own (Podell et al. 2023, 2.3).

A picture is scaled until it covers its bucket and cut to it around the middle; nothing is squeezed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

import studio.sdk as sdk

LONGEST = 2.0
"""Most that one side of a bucket may be longer than the other."""

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
MOST_GIVEN = 1000
"""Most pictures that are read from a folder of class pictures."""


@dataclass(frozen=True, slots=True)
class Frame:
    """How a picture was brought to its bucket; SDXL is told all of it.

    Attributes:
        width, height: the bucket, pixels.
        original: height and width of the picture itself.
        crop: what was cut off at the top and at the left, pixels after scaling.
    """

    width: int
    height: int
    original: tuple[int, int]
    crop: tuple[int, int]

    @classmethod
    def whole(cls, width: int, height: int) -> Frame:
        """A picture that fills its bucket as it is."""
        return cls(width, height, (height, width), (0, 0))

    @property
    def numbers(self) -> list[int]:
        """Original size, cut and bucket in the order SDXL reads them."""
        return [*self.original, *self.crop, self.height, self.width]


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A picture in its bucket.

    Attributes:
        pixels: uint8 [height, width, 3].
        frame: how it got there.
        caption: what it shows.
        path: its file, None where it has none.
        held_out: whether it is kept for measuring.
    """

    pixels: np.ndarray[Any, np.dtype[np.uint8]]
    frame: Frame
    caption: str
    path: Path | None = None
    held_out: bool = False


def buckets(side: int, step: int) -> list[tuple[int, int]]:
    """Widths and heights, multiples of `step`, of about side² pixels, from upright to wide."""
    side = max(step, side // step * step)
    found = {(side, side)}
    for width in range(step, int(side * LONGEST) + 1, step):
        height = int(side * side / width / step) * step
        if height >= step and max(width / height, height / width) <= LONGEST:
            found.add((width, height))
    return sorted(found)


def shots(items: Iterable[sdk.DatasetItem], sizes: list[tuple[int, int]], ctx: sdk.Context) -> Iterator[Shot]:
    """Read pictures one by one; those that cannot be read are left out, and told in the log."""
    for item in items:
        ctx.check()
        try:
            pixels, frame = _framed(_opened(item.path), sizes)
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            ctx.log(f"{item.path.name} was left out: {error}")
            continue
        yield Shot(pixels, frame, item.caption, item.path, item.held_out)


def pictures_in(folder: Path) -> list[sdk.DatasetItem]:
    """The pictures of a plain folder, by name.

    Raises:
        UserError: there are none.
    """
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES) if folder.is_dir() else []
    if not found:
        raise sdk.UserError(
            "The folder of class pictures holds no picture.",
            param="class_folder",
            hint="Choose a folder with PNG or JPEG files.",
        )
    return [sdk.DatasetItem(path) for path in found[:MOST_GIVEN]]


def _opened(path: Path) -> Image.Image:
    """As RGB, see-through parts on white."""
    with Image.open(path) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGBA")
    ground = Image.new("RGBA", picture.size, (255, 255, 255, 255))
    return Image.alpha_composite(ground, picture).convert("RGB")


def _framed(picture: Image.Image, sizes: list[tuple[int, int]]) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], Frame]:
    """A picture cut to the bucket nearest in proportion."""
    shape = math.log(picture.width / picture.height)
    width, height = min(sizes, key=lambda size: (abs(math.log(size[0] / size[1]) - shape), size))
    share = max(width / picture.width, height / picture.height)
    scaled = picture.resize(
        (max(width, round(picture.width * share)), max(height, round(picture.height * share))),
        Image.Resampling.LANCZOS,
    )
    left, top = (scaled.width - width) // 2, (scaled.height - height) // 2
    cut = scaled.crop((left, top, left + width, top + height))
    return np.asarray(cut), Frame(width, height, (picture.height, picture.width), (top, left))
