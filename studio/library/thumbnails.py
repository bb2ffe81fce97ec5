"""Small pictures of every medium for the grid, made from memory: WebP, at most 512 pixels a side."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from studio import sdk

if TYPE_CHECKING:
    import PIL.Image

SIDE = 512


def make(artifact: sdk.Artifact) -> bytes:
    """A thumbnail of any artifact as WebP bytes, no side longer than `SIDE`."""
    picture = draw(artifact)
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=80, method=0)
    return out.getvalue()


def draw(artifact: sdk.Artifact, side: int = SIDE) -> PIL.Image.Image:
    """The picture of any artifact, RGB or with alpha, no side longer than `side`."""
    from studio.library import drawing, rendering

    match artifact:
        case sdk.Image():
            return drawing.image(artifact, side)
        case sdk.Audio():
            return drawing.waveform(artifact, side)
        case sdk.Score():
            return drawing.piano_roll(artifact, side)
        case sdk.Mesh():
            return rendering.mesh(artifact, side)
        case sdk.Video():
            return drawing.image(sdk.Image(artifact.frames[len(artifact.frames) // 3]), side)
        case sdk.Text():
            return drawing.page(artifact, side)
        case _:
            raise TypeError(f"{type(artifact).__name__} has no thumbnail")
