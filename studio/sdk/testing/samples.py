"""Values to try a generator with: small ones, extreme ones, hostile ones, and an artifact for every kind of input."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from studio.sdk.artifacts import Artifact, Audio, Image, Mesh, Note, Score, Text, Track, Video
from studio.sdk.generator import Generator
from studio.sdk.parameters import Field, Json

if TYPE_CHECKING:
    import numpy as np

Values = dict[str, Json | Artifact]

SMALL_SIDE = 64
"""Pixels a size field is reduced to, where its minimum allows."""

COSTLY = frozenset(
    {"width", "height", "resolution", "detail", "length", "duration", "seconds", "minutes", "bars", "beats", "words",
     "tokens", "max_tokens", "characters", "iterations", "frames", "segments", "subdivisions", "grid", "faces",
     "triangles", "side", "px", "points", "cells", "samples", "levels", "max_length", "max_new_tokens", "section",
     "sections", "steps", "size", "epochs", "batch"}
)  # fmt: skip
"""Words in the name of a number that say how much is made: such a number is reduced to its minimum."""

QUICK = ("draft", "fast", "quick", "low", "coarse")
"""Options that say to take less trouble: a choice that has one is reduced to it."""

LONGEST = 100_000


def sample_input(kind: str) -> Artifact:
    """A small, ordinary artifact for an input field of this kind."""
    makers: dict[str, Callable[[], Artifact]] = {
        "image": lambda: _picture(64, 64),
        "mask": _disc,
        "audio": _tone,
        "score": _tune,
        "mesh": _cube,
        "video": _clip,
        "text_in": lambda: Text(text="A fox crossed the frozen lake at dawn.\n\nNobody saw it."),
    }
    return makers[kind]()


def inputs_for(generator: type[Generator], *, optional: bool = False) -> Values:
    """An artifact for every required input field, or for every one."""
    return {
        known.name: sample_input(known.kind)
        for known in generator.Params.fields
        if known.is_input and (known.required or optional)
    }


def reduced(generator: type[Generator]) -> Values:
    """Values that make little, so that the checks stay quick: small sizes, the minimum of numbers that cost time,
    the quickest tempo.
    """
    return reduced_fields(generator.Params.fields)


def reduced_fields(fields: Iterable[Field]) -> Values:
    """`reduced` for described fields."""
    small: Values = {}
    for known in fields:
        if known.kind == "size":
            side = max(int(known.min or 1), min(SMALL_SIDE, int(known.max or SMALL_SIDE)))
            small[known.name] = [side, side]
        elif known.kind in ("integer", "number") and known.min is not None and _is_costly(known):
            small[known.name] = known.min
        elif known.kind in ("integer", "number") and known.max is not None and known.unit == "bpm":
            small[known.name] = known.max
        elif known.kind == "choice":
            quick = [option.value for option in known.options if option.value in QUICK] or _fewest(known)
            small.update({known.name: quick[0]} if quick else {})
    return small


def _fewest(known: Field) -> list[str]:
    """Of a choice between numbers that say how much is made, the smallest."""
    values = [option.value for option in known.options]
    return sorted(values, key=int)[:1] if _is_costly(known) and all(map(str.isdecimal, values)) else []


def _is_costly(known: Field) -> bool:
    words = {known.name, *known.name.split("_"), known.unit}
    return bool(words & COSTLY)


def extremes(generator: type[Generator]) -> Iterator[tuple[str, Values]]:
    """Every minimum, maximum and option, one at a time: a description and the values to change."""
    for known in generator.Params.fields:
        for value in _edges(known):
            yield f"{known.name} = {value}", {**_enabling(known), known.name: value}


def _edges(known: Field) -> list[Json]:
    if known.kind == "toggle":
        return [False, True]
    if known.kind == "choice":
        return [option.value for option in known.options]
    if known.kind == "size":
        low, high = int(known.min or 1), int(known.max or 4096)
        return [[low, low], [high, low], [low, high], [high, high]]
    if known.kind in ("integer", "number", "seed"):
        return [bound for bound in (known.min, known.max) if bound is not None]
    if known.kind == "color":
        return ["#000000", "#ffffff"]
    return []


def _enabling(known: Field) -> Values:
    """What must be set for a field to matter, see `Field.when`."""
    return {
        name: wanted[0] if isinstance(wanted, (list, tuple)) else wanted for name, wanted in (known.when or {}).items()
    }


def hostile(generator: type[Generator]) -> Iterator[tuple[str, Values]]:
    """Inputs nobody means well with, one at a time: a description and the values to change."""
    for known in generator.Params.fields:
        if known.kind in ("prompt", "text", "secret"):
            for name, text in _hostile_texts():
                yield f"{known.name}: {name}", {**_enabling(known), known.name: text[: known.max_length]}
        elif known.is_input:
            for name, artifact in _hostile_artifacts(known.kind):
                yield f"{known.name}: {name}", {**_enabling(known), known.name: artifact}
        elif known.kind in ("file", "folder"):
            suffix = known.suffixes[0] if known.suffixes else ""
            yield f"{known.name}: not there", {**_enabling(known), known.name: f"/nowhere/at/all{suffix}"}


def _hostile_texts() -> Iterator[tuple[str, str]]:
    yield "empty", ""
    yield "blanks", " \n\t "
    yield "emoji", "👩‍🎨🦊❄️ 🏳️‍🌈"
    yield "right to left", "ثعلب \u202e in the snow"
    yield "NUL", "a\0b"
    yield "100,000 characters", ("fox " * (LONGEST // 4))[:LONGEST]
    yield "one long word", "x" * 5000
    yield "markup", "<img src=x onerror=1> {{7*7}} %s %n ../../etc/passwd"


def _hostile_artifacts(kind: str) -> Iterator[tuple[str, Artifact]]:
    import numpy as np

    if kind in ("image", "mask"):
        yield "1×1", Image(pixels=np.zeros((1, 1, 3), np.uint8))
        yield "grey", Image(pixels=_picture(32, 24).pixels[..., 0].copy())
        yield "RGBA, transparent", Image(pixels=np.zeros((16, 16, 4), np.uint8))
        yield "16 bit", Image(pixels=np.arange(256, dtype=np.uint16).reshape(16, 16) * 257)
        yield "one pixel high", Image(pixels=np.full((1, 300, 3), 127, np.uint8))
        yield "all one colour", Image(pixels=np.full((33, 17, 3), 200, np.uint8))
    elif kind == "audio":
        yield "no samples", Audio(samples=np.zeros((0, 2), np.float32), sample_rate=48000)
        yield "one sample", Audio(samples=np.zeros((1, 1), np.float32), sample_rate=8000)
        yield "silence, mono", Audio(samples=np.zeros((800, 1), np.float32), sample_rate=8000)
    elif kind == "score":
        yield "no tracks", Score(tracks=())
        yield "no notes", Score(tracks=(Track("Empty", ()),))
        yield "all at once", Score(tracks=(Track("Cluster", tuple(Note(0.0, 0.01, p, 1) for p in range(128))),))
    elif kind == "mesh":
        yield "one triangle", Mesh(vertices=np.eye(3, dtype=np.float32), faces=np.array([[0, 1, 2]], np.uint32))
        yield "no faces", Mesh(vertices=np.zeros((0, 3), np.float32), faces=np.zeros((0, 3), np.uint32))
        flat = np.zeros((3, 3), np.float32)
        yield "no extent", Mesh(vertices=flat, faces=np.array([[0, 1, 2]], np.uint32))
    elif kind == "video":
        yield "one frame", Video(frames=[np.zeros((2, 2, 3), np.uint8)], frame_rate=24.0)
    else:
        for name, text in _hostile_texts():
            yield name, Text(text=text)


def _picture(width: int, height: int) -> Image:
    """A gradient with a disc and a bar in it: edges, flat parts and colours."""
    import numpy as np

    y, x = np.mgrid[0:height, 0:width]
    pixels = np.stack([255 * x / width, 255 * y / height, 128 + 0 * x], axis=-1)
    pixels[(x - width / 3) ** 2 + (y - height / 2) ** 2 < (min(width, height) / 5) ** 2] = (240, 200, 40)
    pixels[:, int(width * 0.7) : int(width * 0.8)] = (20, 30, 60)
    return Image(pixels=pixels.astype(np.uint8))


def _disc() -> Image:
    import numpy as np

    y, x = np.mgrid[0:64, 0:64]
    return Image(pixels=np.where((x - 32) ** 2 + (y - 32) ** 2 < 400, 255, 0).astype(np.uint8))


def _tone() -> Audio:
    import numpy as np

    time = np.arange(8000) / 16000
    wave = 0.5 * np.sin(2 * np.pi * 440 * time) * np.exp(-3 * time)
    return Audio(samples=np.stack([wave, wave], axis=-1).astype(np.float32), sample_rate=16000)


def _tune() -> Score:
    pitches = (60, 62, 64, 67, 64, 62, 60, 55)
    melody = tuple(Note(start=float(beat), duration=0.9, pitch=pitch) for beat, pitch in enumerate(pitches))
    bass = tuple(Note(start=float(beat), duration=3.8, pitch=36) for beat in (0, 4))
    return Score(tracks=(Track("Melody", melody), Track("Bass", bass, program=32)), tempo=100.0, key="C major")


def _cube() -> Mesh:
    import numpy as np

    corners = np.array(list(itertools.product((0.0, 1.0), repeat=3)), np.float32)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [triangle for a, b, c, d in quads for triangle in ((a, b, c), (a, c, d))]
    return Mesh(vertices=corners, faces=np.array(faces, np.uint32), watertight=True)


def _clip() -> Video:
    import numpy as np

    frames: list[np.ndarray[Any, np.dtype[np.uint8]]] = [np.full((16, 16, 3), 30 * i, np.uint8) for i in range(8)]
    return Video(frames=frames, frame_rate=8.0)
