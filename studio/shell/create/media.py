"""The media an artist thinks in, and the kinds of artifact each holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from studio.sdk.generator import GeneratorSpec


class Medium(NamedTuple):
    """One medium.

    Attributes:
        id: its name in code.
        title: what people read (a source text of ours).
        icon: its icon.
        kinds: the artifact kinds it holds.
    """

    id: str
    title: str
    icon: str
    kinds: frozenset[str]


MEDIA = (
    Medium("text", "Text", "article", frozenset({"text"})),
    Medium("image", "Image", "image", frozenset({"image"})),
    Medium("music", "Music", "music-notes", frozenset({"audio", "score"})),
    Medium("mesh", "3D", "cube", frozenset({"mesh"})),
    Medium("video", "Video", "film-strip", frozenset({"video"})),
)


def medium_of(spec: GeneratorSpec) -> Medium:
    """The medium a generator belongs to: that of the first kind it makes."""
    first = spec.makes[0] if spec.makes else "text"
    return next((medium for medium in MEDIA if first in medium.kinds), MEDIA[0])


def media_of(specs: Iterable[GeneratorSpec]) -> list[Medium]:
    """The media that have a generator, in the usual order."""
    present = {medium_of(spec).id for spec in specs}
    return [medium for medium in MEDIA if medium.id in present]
