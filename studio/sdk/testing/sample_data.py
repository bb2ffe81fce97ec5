"""Tiny prepared datasets, one for every kind, to try trainers with."""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from studio.sdk.datasets import MANIFEST, Dataset, DatasetItem

COUNT = 16
"""Files in a dataset."""

HELD_OUT = 4
"""Every fourth one is kept out of training."""

_COLORS = (("red", (200, 40, 40)), ("green", (40, 180, 60)), ("blue", (50, 70, 210)), ("yellow", (230, 200, 40)))
_SHAPES = ("square", "bar", "cross", "frame")
_LINES = (
    "The fox crossed the frozen lake at dawn, and nobody saw it go.",
    "An old miller kept three geese, and the geese kept their counsel.",
    "Where the river bends there stands a house with a blue door.",
    "She counted the stars until the fire had burned to embers.",
)
_QUESTIONS = (
    ("What crossed the frozen lake?", "The fox"),
    ("How many geese did the miller keep?", "three"),
    ("What colour was the door?", "blue"),
    ("What did she count?", "the stars"),
)
"""A question to each line, and its answer."""


_DRUMS = (36, 42, 38, 46)
"""Bass drum, closed hi-hat, snare, open hi-hat: one a beat, by the numbers of General MIDI."""


def sample_dataset(kind: str, folder: Path) -> Dataset:
    """Write a tiny dataset of this kind into `folder`, which is made, and read it back as a worker would."""
    makers: dict[str, tuple[str, Callable[[int], bytes]]] = {
        "image": (".png", _picture),
        "text": (".txt", _text),
        "score": (".mid", _melody),
        "mesh": (".glb", _box),
    }
    suffix, make = makers[kind]
    folder.mkdir(parents=True)
    items = []
    for index in range(COUNT):
        data = make(index)
        path = folder / f"{index:02d}{suffix}"
        path.write_bytes(data)
        held_out = index % HELD_OUT == HELD_OUT - 1
        digest = hashlib.sha256(data).hexdigest()
        said = {"record": {"questions": _questions()}} if kind == "text" else {}
        item = DatasetItem(path, _caption(index), source=path.stem, held_out=held_out, sha256=digest, meta=said)
        items.append(item)
    whole = hashlib.sha256("".join(item.sha256 for item in items).encode()).hexdigest()
    dataset = Dataset(folder.name, kind, folder, tuple(items), whole, {"title": "Sample data", "licence": "CC0-1.0"})
    (folder / MANIFEST).write_text(json.dumps(dataset.to_json()), "utf-8")
    return Dataset.read(folder)


def _caption(index: int) -> str:
    return f"{_COLORS[index % 4][0]} {_SHAPES[index // 4 % 4]}"


def _questions() -> list[dict[str, str]]:
    """What a JSON-lines record with a text of all lines may ask."""
    return [{"question": question, "answer": answer} for question, answer in _QUESTIONS]


def _inside(index: int, x: int, y: int) -> bool:
    """Whether a place of a 32 × 32 grid belongs to the shape of this number."""
    shape = _SHAPES[index // 4 % 4]
    if shape == "square":
        return 8 <= x < 24 and 8 <= y < 24
    if shape == "bar":
        return 12 <= x < 20
    if shape == "cross":
        return 12 <= x < 20 or 12 <= y < 20
    return not (6 <= x < 26 and 6 <= y < 26)


def _picture(index: int) -> bytes:
    """A PNG of 32 × 32 pixels, RGB (ISO/IEC 15948)."""
    color, ground = bytes(_COLORS[index % 4][1]), bytes((20 + index, 20 + index, 30))
    rows = (b"\0" + b"".join(color if _inside(index, x, y) else ground for x in range(32)) for y in range(32))

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"".join(rows))), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _text(index: int) -> bytes:
    lines = (_LINES[(index + turn) % 4] for turn in range(12))
    return (f"Tale {index}\n\n" + "\n".join(lines) + "\n").encode()


def _melody(index: int) -> bytes:
    """A MIDI file (format 0, 480 ticks a quarter note) of sixteen bars in four parts' range, with drums."""
    events = bytearray(b"\x00\xff\x58\x04\x04\x02\x18\x08\x00\xff\x51\x03\x07\xa1\x20")
    for chord, pitch in enumerate(_pitches(index)):
        for note in (pitch, pitch + 4 + (chord % 2), pitch + 7, pitch + 12):
            events += bytes((0x00, 0x90, note, 80))
        drum = _DRUMS[(chord + index) % len(_DRUMS)]
        events += bytes((0x00, 0x99, drum, 90))
        for position, note in enumerate((pitch, pitch + 4 + (chord % 2), pitch + 7, pitch + 12)):
            events += (b"\x00" if position else b"\x83\x60") + bytes((0x80, note, 0))
        events += bytes((0x00, 0x89, drum, 0))
    events += b"\x00\xff\x2f\x00"
    head = b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480)
    return head + b"MTrk" + struct.pack(">I", len(events)) + bytes(events)


def _pitches(index: int) -> Iterator[int]:
    for beat in range(64):
        yield 44 + (0, 5, 7, 2)[beat // 4 % 4] + index % 12 + (beat % 2) * (index // 12)


def _box(index: int) -> bytes:
    """A GLB file (glTF 2.0) with one box, longer the higher the number, in the colour of its caption."""
    size = (1.0, 1.0 + index // 4, 1.0)
    corners = [(x * size[0], y * size[1], z * size[2]) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    quads = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    faces = [corner for a, b, c, d in quads for corner in (a, b, c, a, c, d)]
    points = b"".join(struct.pack("<3f", *corner) for corner in corners)
    indices = struct.pack(f"<{len(faces)}H", *faces)
    red, green, blue = (channel / 255 for channel in _COLORS[index % 4][1])
    scene = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [red, green, blue, 1.0]}}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "material": 0}]}],
        "buffers": [{"byteLength": len(points) + len(indices)}],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": len(points)},
            {"buffer": 0, "byteOffset": len(points), "byteLength": len(indices)},
        ],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3", "min": [0, 0, 0], "max": list(size)},
            {"bufferView": 1, "componentType": 5123, "count": len(faces), "type": "SCALAR"},
        ],
    }
    text = json.dumps(scene).encode()
    text += b" " * (-len(text) % 4)
    body = points + indices
    body += b"\0" * (-len(body) % 4)
    parts = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(body), 0x004E4942) + body
    return struct.pack("<4sII", b"glTF", 2, 12 + len(parts)) + parts
