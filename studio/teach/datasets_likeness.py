"""Near-duplicates: pictures and shapes by a perceptual hash, texts and melodies by sketches of their shingles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import PIL.Image

_NEIGHBOURS = 8
"""With how many neighbours in sorted order an item is compared; bounds the time for thousands of alike pictures."""
_PLACES = 8
_MOST_BITS = 3
_MOST_DIFFERENCE = 5.0
"""Mean difference of two thumbnails, of 255."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture or a shape looks, small.

    Attributes:
        bits: 64 bits: of a picture whether each of 9 × 8 grey cells is brighter than its right neighbour, of a shape
            whether each of 4 × 4 × 4 cells holds more of it than the mean.
        thumb: 8 × 8 RGB values, 192 bytes; of a shape how much of it lies about 8 × 8 × 8 places, 512 bytes.
    """

    bits: int
    thumb: bytes


def look(picture: PIL.Image.Image) -> Look:
    """The look of a picture, on white where it is transparent.

    The difference hash is from N. Krawetz, "Kind of like that", 2013.
    """
    import PIL.Image

    small = picture
    if max(picture.size) > 256:
        small = picture.copy()
        small.thumbnail((256, 256), reducing_gap=2.0)
    rgba = small.convert("RGBA")
    flat = PIL.Image.alpha_composite(PIL.Image.new("RGBA", rgba.size, (255, 255, 255, 255)), rgba).convert("RGB")
    grey = flat.convert("L").resize((9, 8), PIL.Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (grey[row * 9 + column] > grey[row * 9 + column + 1])
    return Look(bits, flat.resize((8, 8), PIL.Image.Resampling.BOX).tobytes())


def shape_look(points: npt.NDArray[np.float64]) -> Look:
    """The look of a shape, wherever it stands and however large it is; turned, it looks otherwise.

    Each point is shared out among the eight nearest places of the grid, so that a trifle moved changes a trifle; roots
    are taken, so that slender parts count beside massive ones.

    Args:
        points: [n, 3], evenly over its surface, or all its voxels.
    """
    import numpy as np

    low, high = points.min(axis=0), points.max(axis=0)
    reach = float((high - low).max()) or 1.0
    at = ((points - (low + high) / 2) / reach + 0.5) * (_PLACES - 1)
    first = np.minimum(at.astype(np.int64), _PLACES - 2)
    part = at - first
    held = np.zeros(_PLACES**3)
    for corner in np.ndindex(2, 2, 2):
        shares = np.where(corner, part, 1 - part).prod(axis=1)
        cells = (first + corner) @ np.array((_PLACES**2, _PLACES, 1))
        held += np.bincount(cells, shares, _PLACES**3)
    coarse = held.reshape((_PLACES // 2, 2) * 3).sum(axis=(1, 3, 5)).ravel()
    bits = int.from_bytes(np.packbits(coarse > coarse.mean()).tobytes(), "big")
    return Look(bits, np.rint(255 * np.sqrt(held / held.max())).astype(np.uint8).tobytes())


def on_surface(triangles: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    """Points spread evenly over a surface, the same every time.

    Triangles get points in proportion to their area, in order; within them they follow the plastic sequence
    (M. Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018).

    Args:
        triangles: [n, 3, 3], the corners' places.
        count: of points.

    Returns:
        [count, 3].

    Raises:
        ValueError: the triangles have no area.
    """
    import numpy as np

    one, two, three = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    areas = np.linalg.norm(np.cross(two - one, three - one), axis=1).cumsum()
    if not areas[-1] > 0:
        raise ValueError("the triangles have no area")
    numbers = np.arange(count)
    which = np.searchsorted(areas, (numbers + 0.5) / count * areas[-1])
    along, across = (numbers[:, None] * np.array((0.7548776662466927, 0.5698402909980532)) % 1).T
    folded = along + across > 1
    along, across = np.where(folded, 1 - along, along), np.where(folded, 1 - across, across)
    sides = (two - one)[which] * along[:, None] + (three - one)[which] * across[:, None]
    spread: npt.NDArray[np.float64] = one[which] + sides
    return spread


def alike_looks(looks: Sequence[Look]) -> list[tuple[int, int]]:
    """Pairs of pictures, or of shapes, that look the same: indices into `looks`.

    Hashes that differ in at most three of 64 bits share one of four 16-bit parts (pigeonhole); sorted by each part in
    turn, likely pairs are neighbours. The thumbnails decide, because flat pictures and sprites share hashes without
    looking alike.
    """
    import numpy as np

    bits = np.array([one.bits for one in looks], np.uint64)
    thumbs = np.frombuffer(b"".join(one.thumb for one in looks), np.uint8).reshape(len(looks), -1).astype(np.int16)
    pairs: set[tuple[int, int]] = set()
    for part in range(4):
        key = (bits >> np.uint64(16 * part)) & np.uint64(0xFFFF)
        order = np.lexsort((bits, key))
        for lag in range(1, min(_NEIGHBOURS, len(looks) - 1) + 1):
            one, other = order[:-lag], order[lag:]
            near = (key[one] == key[other]) & (np.bitwise_count(bits[one] ^ bits[other]) <= _MOST_BITS)
            one, other = one[near], other[near]
            same = np.abs(thumbs[one] - thumbs[other]).mean(axis=1) <= _MOST_DIFFERENCE
            pairs.update(zip(one[same].tolist(), other[same].tolist(), strict=True))
    return sorted((min(pair), max(pair)) for pair in pairs)


_HASHES = 48
_BANDS = 12
_PRIME = (1 << 31) - 1
ALIKE = 0.7
"""Estimated share of common shingles from which two texts count as near-duplicates."""


def sketch(codes: npt.NDArray[np.uint64], length: int) -> bytes:
    """A MinHash signature of the set of `length`-grams of `codes` (Broder, "On the resemblance …", 1997).

    Args:
        codes: [n] integers, e.g. the letters of a text.
        length: of a shingle.

    Returns:
        48 32-bit integers; the share of equal places estimates the share of common shingles (Jaccard).
    """
    import numpy as np

    if len(codes) < length:
        codes = np.concatenate([codes, np.zeros(length - len(codes), np.uint64)])
    prime = np.uint64(_PRIME)
    grams = np.zeros(len(codes) - length + 1, np.uint64)
    for place in range(length):
        grams = (grams * np.uint64(1_000_003) + codes[place : place + len(grams)]) % prime
    factors = _factors()
    least = np.full(_HASHES, _PRIME, np.uint64)
    for start in range(0, len(grams), 8192):
        part = grams[start : start + 8192]
        hashed = (factors[:, :1] * part + factors[:, 1:]) % prime
        least = np.minimum(least, hashed.min(axis=1))
    return least.astype(np.uint32).tobytes()


@cache
def _factors() -> npt.NDArray[np.uint64]:
    """[48, 2]: what each of the hash functions multiplies by and adds, always the same."""
    import numpy as np

    return np.random.default_rng(7).integers(1, _PRIME, (_HASHES, 2), dtype=np.uint64)


def text_sketch(text: str) -> bytes:
    """The sketch of a text's letters and digits in fives; case, spaces and punctuation do not count."""
    import numpy as np

    letters = "".join(filter(str.isalnum, text.casefold()))
    codes = np.frombuffer(letters.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    return sketch(codes, 5)


def alike_sketches(sketches: Sequence[bytes]) -> list[tuple[int, int]]:
    """Pairs whose sketches agree in `ALIKE` of the places: indices into `sketches`.

    Locality-sensitive hashing in 12 bands of 4 (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", ch. 3).
    """
    import numpy as np

    drawn = np.frombuffer(b"".join(sketches), np.uint32).reshape(len(sketches), _HASHES)
    pairs: set[tuple[int, int]] = set()
    rows = _HASHES // _BANDS
    for band in range(_BANDS):
        keys = drawn[:, band * rows : (band + 1) * rows]
        order = np.lexsort(keys.T)
        for lag in range(1, min(_NEIGHBOURS, len(sketches) - 1) + 1):
            one, other = order[:-lag], order[lag:]
            near = (keys[one] == keys[other]).all(axis=1)
            one, other = one[near], other[near]
            same = (drawn[one] == drawn[other]).mean(axis=1) >= ALIKE
            pairs.update(zip(one[same].tolist(), other[same].tolist(), strict=True))
    return sorted((min(pair), max(pair)) for pair in pairs)
