"""Pictures of a dataset as one tensor: cut square, brought to one size, with or without transparency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

import studio.sdk as sdk

FEWEST = 8
"""Pictures below which nothing can be learned."""

TRANSPARENT = 0.01
"""Share of pixels that must be see-through for a dataset to count as transparent."""

CRISP = 0.98
"""Share of pixels that must be opaque or nothing for edges to count as hard."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How a picture becomes a square.

    Attributes:
        size: side, pixels.
        whole: whether all of the picture stays, with room around it, instead of its middle square.
        transparency: ``"auto"``, ``"keep"`` or ``"flatten"``.
        background: colour behind flattened pictures, ``#rrggbb``.
    """

    size: int
    whole: bool = False
    transparency: str = "auto"
    background: str = "#ffffff"


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """What a trainer learns from and measures with.

    Attributes:
        training, held_out: uint8 [n, channels, size, size]; channels 3 (RGB) or 4 (premultiplied RGB and alpha).
        captions, held_out_captions: what they show, in order; empty where nobody said.
        crisp: whether nearly all pixels are opaque or nothing.
    """

    training: torch.Tensor
    held_out: torch.Tensor
    captions: tuple[str, ...]
    held_out_captions: tuple[str, ...]
    crisp: bool

    @property
    def size(self) -> int:
        """Side, pixels."""
        return int(self.training.shape[-1])

    @property
    def channels(self) -> int:
        """3 or 4."""
        return int(self.training.shape[1])


def read(data: sdk.Dataset, framing: Framing, ctx: sdk.Context) -> Pictures:
    """Read all pictures of a dataset; those that cannot be read are left out, and told in the log.

    Raises:
        UserError: fewer than `FEWEST` are left to learn from.
    """
    training: list[NDArray[np.uint8]] = []
    held_out: list[NDArray[np.uint8]] = []
    captions: list[str] = []
    held_out_captions: list[str] = []
    for item in data.items:
        ctx.check()
        try:
            with Image.open(item.path) as opened:
                square = _square(opened, framing)
        except (OSError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
            ctx.log(f"{item.path.name} was left out: {error}")
            continue
        (held_out if item.held_out else training).append(square)
        (held_out_captions if item.held_out else captions).append(item.caption)
    if len(training) < FEWEST:
        raise sdk.UserError(
            f"Pictures to learn from: {len(training)}; at least {FEWEST} are needed.",
            param="data",
            hint="A few hundred similar pictures give the best results.",
        )
    known, kept, crisp = _gathered(training, held_out, framing)
    return Pictures(known, kept, tuple(captions), tuple(held_out_captions), crisp)


def asked_for(params: Any, ctx: sdk.Context, like: Any = None) -> Pictures:
    """What the values of a trainer's form ask for (`data`, `size`, `framing`, `transparency`, `background`).

    Where a network goes on learning, its shape `like` decides size and transparency.
    """
    size, transparency = int(params.size), params.transparency
    if like is not None:
        size, transparency = like.size, "keep" if like.channels == 4 else "flatten"
    return read(params.data, Framing(size, params.framing == "whole", transparency, params.background), ctx)


def batch(pictures: torch.Tensor, places: NDArray[np.int64], flips: NDArray[np.bool_] | None = None) -> torch.Tensor:
    """The pictures at `places`, mirrored where `flips` says so, float32 within −1 … 1, channels last."""
    chosen = pictures[torch.from_numpy(places)].float().div(127.5).sub(1)
    if flips is not None:
        chosen = torch.where(torch.from_numpy(flips)[:, None, None, None], chosen.flip(3), chosen)
    return chosen.contiguous(memory_format=torch.channels_last)


def scaled(pictures: torch.Tensor) -> torch.Tensor:
    """All of uint8 pictures as float32 within −1 … 1, channels last."""
    return batch(pictures, np.arange(len(pictures)))


def _square(opened: Image.Image, framing: Framing) -> NDArray[np.uint8]:
    """One picture as uint8 RGBA [size, size, 4], straight alpha."""
    opened.draft("RGB", (2 * framing.size, 2 * framing.size))
    picture = ImageOps.exif_transpose(opened).convert("RGBA")
    width, height = picture.size
    side = max(width, height) if framing.whole else min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    picture = picture.crop((left, top, left + side, top + side))
    if side != framing.size:
        enlarged = framing.size % side == 0
        method = Image.Resampling.NEAREST if enlarged else Image.Resampling.LANCZOS
        picture = picture.resize((framing.size, framing.size), method)
    return np.asarray(picture)


def _gathered(
    training: Sequence[NDArray[np.uint8]], held_out: Sequence[NDArray[np.uint8]], how: Framing
) -> tuple[torch.Tensor, torch.Tensor, bool]:
    """Both sides as tensors, and whether edges are hard."""
    known = np.stack(training)
    kept = np.stack(held_out) if held_out else known[:0]
    alpha = known[..., 3]
    see_through = float((alpha < 255).mean()) > TRANSPARENT
    crisp = float(((alpha < 8) | (alpha > 247)).mean()) > CRISP
    keep = how.transparency == "keep" or (how.transparency == "auto" and see_through)
    change = premultiplied if keep else lambda pictures: _flattened(pictures, how.background)
    return _tensor(change(known)), _tensor(change(kept)), crisp and keep


def premultiplied(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colours times alpha, so that what is hidden counts for nothing."""
    alpha = pictures[..., 3:].astype(np.uint16)
    colours = (pictures[..., :3] * alpha + 127) // 255
    return np.concatenate([colours, alpha], axis=-1).astype(np.uint8)


def _flattened(pictures: NDArray[np.uint8], background: str) -> NDArray[np.uint8]:
    """On a colour, without alpha."""
    colour = np.array([int(background[place : place + 2], 16) for place in (1, 3, 5)], np.float32)
    alpha = pictures[..., 3:].astype(np.float32) / 255
    return np.round(pictures[..., :3] * alpha + colour * (1 - alpha)).astype(np.uint8)


def _tensor(pictures: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)))
