"""Reading MagicaVoxel files (``.vox``, version 150): a grid of palette indices up to 256 a side.

After the format's description at https://github.com/ephtracy/voxel-model. Files have z up; grids here have y up.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LARGEST = 64 << 20
"""Longest file that is read, bytes."""


def read_vox(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Labels [x, y, z] of the first model of a file, and colours [256, 3] by label (entry 0 is unused).

    Raises:
        OSError: it cannot be read.
        ValueError: it is no such file, or damaged.
    """
    with path.open("rb") as stream:
        raw = stream.read(LARGEST + 1)
    if len(raw) > LARGEST or raw[:4] != b"VOX " or raw[8:12] != b"MAIN":
        raise ValueError(f"{path.name} is no voxel file.")
    found: dict[bytes, bytes] = {}
    place = 20
    while place + 12 <= len(raw):
        name = raw[place : place + 4]
        content, children = struct.unpack("<2i", raw[place + 4 : place + 12])
        if content < 0 or children < 0 or place + 12 + content > len(raw):
            raise ValueError(f"{path.name} is cut off.")
        found.setdefault(name, raw[place + 12 : place + 12 + content])
        place += 12 + content + children
    return _grid(path.name, found), _colors(path.name, found)


def _grid(name: str, found: dict[bytes, bytes]) -> NDArray[np.uint8]:
    if len(found.get(b"SIZE", b"")) != 12 or len(found.get(b"XYZI", b"")) < 4:
        raise ValueError(f"{name} holds no voxels.")
    width, depth, height = struct.unpack("<3i", found[b"SIZE"])
    (count,) = struct.unpack("<i", found[b"XYZI"][:4])
    if not all(0 < side <= 256 for side in (width, depth, height)) or count < 0:
        raise ValueError(f"{name} has a size that no voxel file may have.")
    entries = np.frombuffer(found[b"XYZI"], np.uint8, offset=4)
    if len(entries) < 4 * count:
        raise ValueError(f"{name} is cut off.")
    entries = entries[: 4 * count].reshape(-1, 4)
    x, y, z, label = (entries[:, axis].astype(np.int64) for axis in range(4))
    if count and (x.max() >= width or y.max() >= depth or z.max() >= height):
        raise ValueError(f"{name} has voxels outside its box.")
    labels = np.zeros((width, height, depth), np.uint8)
    labels[x, z, depth - 1 - y] = label
    return labels


def _colors(name: str, found: dict[bytes, bytes]) -> NDArray[np.uint8]:
    colors = np.full((256, 3), 200, np.uint8)
    raw = found.get(b"RGBA")
    if raw is None:
        return colors
    if len(raw) != 1024:
        raise ValueError(f"{name} has a damaged palette.")
    colors[1:] = np.frombuffer(raw, np.uint8).reshape(256, 4)[:255, :3]
    return colors
