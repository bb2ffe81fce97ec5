"""Reading SoundFonts: .sf2 (SoundFont 2.04 specification) and .sf3 (the same with Vorbis-compressed samples).

Written in Python on purpose: the file is the artist's, from anywhere, and no native parser ever sees its structure.
Every count, index and offset is checked; whatever doesn't fit becomes a `UserError` that says so. Samples stay on disk
until a note needs them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from studio.sdk import UserError
from studio_music.synth.signal import Signal

_LARGEST_TABLE = 64 * 1024 * 1024
_LONGEST_SAMPLE = 60 * 96_000
_PRESET = np.dtype([("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("rest", "V12")])
_BAG = np.dtype([("generator", "<u2"), ("modulator", "<u2")])
_GENERATOR = np.dtype([("operator", "<u2"), ("amount", "<i2")])
_INSTRUMENT = np.dtype([("name", "S20"), ("bag", "<u2")])
_SAMPLE = np.dtype([
    ("name", "S20"), ("start", "<u4"), ("end", "<u4"), ("loop_start", "<u4"), ("loop_end", "<u4"), ("rate", "<u4"),
    ("pitch", "u1"), ("correction", "i1"), ("link", "<u2"), ("type", "<u2"),
])  # fmt: skip
_TABLES = {
    b"phdr": _PRESET, b"pbag": _BAG, b"pgen": _GENERATOR, b"inst": _INSTRUMENT, b"ibag": _BAG, b"igen": _GENERATOR,
    b"shdr": _SAMPLE,
}  # fmt: skip

INSTRUMENT, KEY_RANGE, VELOCITY_RANGE, SAMPLE_ID = 41, 43, 44, 53
_COMPRESSED, _ROM = 0x10, 0x8000


@dataclass(frozen=True, slots=True)
class Zone:
    """A sample and how it is played, for a range of keys and velocities.

    Attributes:
        keys: lowest and highest key.
        velocities: lowest and highest velocity.
        sample: index of the sample.
        generators: generator amounts by operator number, preset and instrument levels combined.
    """

    keys: tuple[int, int]
    velocities: tuple[int, int]
    sample: int
    generators: dict[int, int]

    def answers(self, key: int, velocity: int) -> bool:
        """Whether it sounds for this key and velocity."""
        return self.keys[0] <= key <= self.keys[1] and self.velocities[0] <= velocity <= self.velocities[1]


class SoundFont:
    """An opened SoundFont.

    Attributes:
        path: where it lies.
        presets: preset index by (bank, program).
    """

    def __init__(self, path: Path) -> None:
        """Open and check a file.

        Raises:
            UserError: not there, not readable, or damaged.
        """
        self.path = path
        try:
            with path.open("rb") as file:
                self._tables, self._data = _read(file, path.stat().st_size)
        except OSError as error:
            raise UserError(f"The SoundFont can't be opened: {error.strerror or error}.", param="soundfont") from error
        headers = self._tables[b"phdr"][:-1]
        self.presets = {
            (int(row["bank"]), int(row["program"])): index for index, row in reversed(list(enumerate(headers)))
        }
        self._zones: dict[int, tuple[Zone, ...]] = {}
        self._samples: dict[int, Signal] = {}

    def zones(self, program: int, *, drums: bool) -> tuple[Zone, ...]:
        """The zones of a General MIDI program, or of the standard drum kit; the nearest preset where it is missing."""
        wanted = (128, 0) if drums else (0, program)
        index = self.presets.get(wanted)
        if index is None and drums:
            return ()
        if index is None:
            index = self.presets.get((0, program // 8 * 8), min(self.presets.values()))
        if index not in self._zones:
            self._zones[index] = tuple(self._preset_zones(index))
        return self._zones[index]

    def header(self, sample: int) -> Any:
        """The sample's record."""
        return self._tables[b"shdr"][sample]

    def samples(self, index: int) -> Signal:
        """A sample's frames, float32 mono in [−1, 1].

        Raises:
            UserError: the sample lies outside the file or can't be decoded.
        """
        if index not in self._samples:
            self._samples[index] = self._load(index)
        return self._samples[index]

    def _load(self, index: int) -> Signal:
        row = self.header(index)
        start, end = int(row["start"]), int(row["end"])
        offset, size = self._data
        if int(row["type"]) & _COMPRESSED:
            if not 0 <= start < end <= size:
                raise _broken("a sample lies outside the file")
            return self._decode(offset + start, end - start)
        if not 0 <= start < end <= size // 2 or end - start > _LONGEST_SAMPLE:
            raise _broken("a sample lies outside the file")
        with self.path.open("rb") as file:
            file.seek(offset + 2 * start)
            raw = file.read(2 * (end - start))
        return np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2").astype(np.float32) / np.float32(32_768)

    def _decode(self, offset: int, size: int) -> Signal:
        import io

        import soundfile

        with self.path.open("rb") as file:
            file.seek(offset)
            raw = file.read(size)
        try:
            decoded, _ = soundfile.read(io.BytesIO(raw), frames=_LONGEST_SAMPLE, dtype="float32", always_2d=True)
        except (RuntimeError, TypeError, ValueError) as error:
            raise _broken("a compressed sample can't be decoded") from error
        return np.nan_to_num(np.asarray(decoded[:, 0], dtype=np.float32))

    def _preset_zones(self, preset: int) -> list[Zone]:
        zones: list[Zone] = []
        for outer in self._bags(b"phdr", b"pbag", b"pgen", preset, INSTRUMENT):
            instrument = outer[INSTRUMENT] & 0xFFFF
            if instrument >= len(self._tables[b"inst"]) - 1:
                raise _broken("a preset names an instrument that isn't there")
            for inner in self._bags(b"inst", b"ibag", b"igen", instrument, SAMPLE_ID):
                zone = self._combined(outer, inner)
                if zone is not None:
                    zones.append(zone)
        return zones

    def _combined(self, outer: dict[int, int], inner: dict[int, int]) -> Zone | None:
        sample = inner[SAMPLE_ID] & 0xFFFF
        if sample >= len(self._tables[b"shdr"]) - 1:
            raise _broken("an instrument names a sample that isn't there")
        if int(self.header(sample)["type"]) & _ROM:
            return None
        keys = _overlap(outer.get(KEY_RANGE), inner.get(KEY_RANGE))
        velocities = _overlap(outer.get(VELOCITY_RANGE), inner.get(VELOCITY_RANGE))
        generators = dict(inner)
        for operator, amount in outer.items():
            if operator not in (INSTRUMENT, KEY_RANGE, VELOCITY_RANGE):
                generators[operator] = generators.get(operator, DEFAULTS.get(operator, 0)) + amount
        return Zone(keys, velocities, sample, generators)

    def _bags(self, owners: bytes, bags: bytes, generators: bytes, index: int, last: int) -> list[dict[int, int]]:
        """The generator sets of one preset or instrument, its global zone merged in; each ends with operator `last`."""
        table, rows = self._tables[bags], self._tables[generators]
        first, after = int(self._tables[owners][index]["bag"]), int(self._tables[owners][index + 1]["bag"])
        if not first <= after < len(table) or after - first > 4_096:
            raise _broken("its zone table is inconsistent")
        common: dict[int, int] = {}
        found = []
        for place in range(first, after):
            low, high = int(table[place]["generator"]), int(table[place + 1]["generator"])
            if not low <= high <= len(rows):
                raise _broken("its generator table is inconsistent")
            own = {int(row["operator"]): int(row["amount"]) for row in rows[low:high]}
            if last in own:
                found.append(common | own)
            elif place == first:
                common = own
        return found


DEFAULTS = {8: 13_500, 33: -12_000, 34: -12_000, 35: -12_000, 36: -12_000, 38: -12_000, 56: 100, 58: -1}
"""Generator amounts where a file gives none and the default isn't zero (specification, §8.1.3)."""


def _overlap(*ranges: int | None) -> tuple[int, int]:
    low, high = 0, 127
    for packed in ranges:
        if packed is not None:
            low, high = max(low, packed & 0xFF), min(high, packed >> 8 & 0xFF)
    return low, high


def _broken(why: str) -> UserError:
    return UserError(
        f"This file is no intact SoundFont: {why}.", param="soundfont", hint="Try another .sf2 or .sf3 file."
    )


def _read(file: BinaryIO, size: int) -> tuple[dict[bytes, Any], tuple[int, int]]:
    """The tables by name, and offset and size of the sample data."""
    head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"sfbk":
        raise _broken("it doesn't begin as one")
    tables: dict[bytes, Any] = {}
    data = (0, 0)
    for name, offset, length in _chunks(file, 12, size, lists=True):
        if name == b"smpl":
            data = (offset, length)
        elif name in _TABLES:
            kind = _TABLES[name]
            if length > _LARGEST_TABLE or length % kind.itemsize or length < kind.itemsize:
                raise _broken(f"its table “{name.decode()}” has an impossible size")
            file.seek(offset)
            tables[name] = np.frombuffer(file.read(length), dtype=kind)
    missing = [name.decode() for name in _TABLES if name not in tables]
    if missing or not data[1]:
        raise _broken(f"it lacks {', '.join(missing) or 'samples'}; perhaps it is cut short")
    if len(tables[b"phdr"]) < 2 or len(tables[b"inst"]) < 2 or len(tables[b"shdr"]) < 2:
        raise _broken("it holds no presets")
    return tables, data


def _chunks(file: BinaryIO, start: int, end: int, *, lists: bool) -> list[tuple[bytes, int, int]]:
    """Name, offset and length of the RIFF chunks between two offsets, those inside lists included."""
    found: list[tuple[bytes, int, int]] = []
    place = start
    while place + 8 <= end:
        file.seek(place)
        name, length = struct.unpack("<4sI", file.read(8))
        if place + 8 + length > end:
            raise _broken("it is cut short")
        if name == b"LIST" and lists and length >= 4:
            found += _chunks(file, place + 12, place + 8 + length, lists=False)
        else:
            found.append((name, place + 8, length))
        place += 8 + length + length % 2
        if len(found) > 1_000:
            raise _broken("it has too many chunks")
    return found
