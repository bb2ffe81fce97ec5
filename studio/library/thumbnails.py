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
    picture = _draw(artifact)
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=80, method=0)
    return out.getvalue()


def _draw(artifact: sdk.Artifact) -> PIL.Image.Image:
    from studio.library import drawing, rendering

    match artifact:
        case sdk.Image():
            return drawing.image(artifact, SIDE)
        case sdk.Audio():
            return drawing.waveform(artifact, SIDE)
        case sdk.Score():
            return drawing.piano_roll(artifact, SIDE)
        case sdk.Mesh():
            return rendering.mesh(artifact, SIDE)
        case sdk.Video():
            return drawing.image(sdk.Image(artifact.frames[len(artifact.frames) // 3]), SIDE)
        case sdk.Text():
            return drawing.page(artifact, SIDE)
        case _:
            raise TypeError(f"{type(artifact).__name__} has no thumbnail")
