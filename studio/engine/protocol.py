"""What host and worker say to each other: frames of JSON with binary blobs, and a shared block for big ones.

A frame is a 4-byte big-endian length, that many bytes of JSON (an object with ``"type"``, and ``"blobs"``: their
sizes), then the blobs. Nothing here can execute what it reads.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from studio.engine.scratch import process_runs

HEADER_LIMIT = 16 * 2**20
"""Most bytes of a frame's JSON."""

BLOB_LIMIT = 256 * 2**20
"""Most bytes of a frame's blobs together."""

SHARED_FROM = 64 * 2**10
"""Blobs from this size on travel through shared memory when a slot is free."""

_LENGTH = struct.Struct(">I")
_BLOCK_PREFIX = "atelier-studio-"
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a memory file system; mkstemp makes the name


class ProtocolError(Exception):
    """The other side sent something that is no frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message.

    Attributes:
        type: what it says, e.g. ``"progress"``.
        body: its JSON fields.
        blobs: binary parts.
    """

    type: str
    body: Mapping[str, Any] = field(default_factory=dict)
    blobs: tuple[bytes, ...] = ()


def encode(frame: Frame) -> bytes:
    """The bytes of a frame. Raises `ProtocolError` when it is too large, `ValueError` when it is not JSON."""
    plain = {**frame.body, "type": frame.type}
    if frame.blobs:
        plain["blobs"] = [len(blob) for blob in frame.blobs]
    # ASCII: file names and faulty texts may hold halves of surrogate pairs, which UTF-8 refuses.
    header = json.dumps(plain, allow_nan=False, separators=(",", ":")).encode("ascii")
    if len(header) > HEADER_LIMIT or sum(map(len, frame.blobs)) > BLOB_LIMIT:
        raise ProtocolError(f"frame {frame.type!r} is too large")
    return b"".join((_LENGTH.pack(len(header)), header, *frame.blobs))


def read(stream: BinaryIO) -> Frame | None:
    """The next frame of a stream, or None at its end.

    Raises:
        ProtocolError: the bytes are no frame, or the stream ended within one.
    """
    start = stream.read(_LENGTH.size)
    if not start:
        return None
    if len(start) < _LENGTH.size:
        raise ProtocolError("the stream ended within a frame")
    (length,) = _LENGTH.unpack(start)
    if length > HEADER_LIMIT:
        raise ProtocolError(f"a header of {length} bytes is too large")
    plain = _header(_exactly(stream, length))
    sizes = plain.pop("blobs", [])
    if not isinstance(sizes, list) or not all(isinstance(size, int) and size >= 0 for size in sizes):
        raise ProtocolError("blob sizes must be a list of whole numbers")
    if sum(sizes) > BLOB_LIMIT:
        raise ProtocolError("the blobs are too large")
    blobs = tuple(_exactly(stream, size) for size in sizes)
    return Frame(type=plain.pop("type"), body=plain, blobs=blobs)


def _header(data: bytes) -> dict[str, Any]:
    try:
        plain = json.loads(data.decode("utf-8"), parse_constant=_no_number)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ProtocolError(f"the header is no JSON: {error}") from None
    if not isinstance(plain, dict) or not isinstance(plain.get("type"), str):
        raise ProtocolError("the header must be an object with a type")
    return plain


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise ProtocolError("the stream ended within a frame")
    return data


class SharedBlock:
    """A block of memory that host and worker both map, cut into slots for large blobs.

    The host creates it and unlinks its file as soon as the worker has mapped it, so that no crash leaves anything
    behind. The worker owns the slots: it fills a free one, names it in a frame, and gets it back by a ``release``.
    """

    def __init__(self, path: Path, *, slots: int = 4, slot_bytes: int = 8 * 2**20) -> None:
        self.path = path
        self.slots = slots
        self.slot_bytes = slot_bytes
        self._free = list(range(slots))
        self._lock = threading.Lock()
        with path.open("r+b") as stream:
            self._map = mmap.mmap(stream.fileno(), slots * slot_bytes)

    @classmethod
    def create(cls, *, slots: int = 4, slot_bytes: int = 8 * 2**20) -> SharedBlock:
        """A new block, in memory where the system has a folder for that. Pages cost nothing until they are used."""
        folder = _block_folder()
        remove_abandoned_blocks()
        descriptor, name = tempfile.mkstemp(prefix=f"{_BLOCK_PREFIX}{os.getpid()}-", dir=folder)
        with os.fdopen(descriptor, "wb") as stream:
            stream.truncate(slots * slot_bytes)
        return cls(Path(name), slots=slots, slot_bytes=slot_bytes)

    def unlink(self) -> None:
        """Remove the file's name; what is mapped stays usable. Windows keeps it until `close`."""
        try:
            self.path.unlink(missing_ok=True)
        except PermissionError:
            return

    def close(self) -> None:
        """Unmap and remove."""
        self._map.close()
        self.unlink()

    def put(self, blob: bytes | memoryview) -> int | None:
        """Copy `blob` into a free slot and return its number; None when it is too large or no slot is free."""
        if len(blob) > self.slot_bytes:
            return None
        with self._lock:
            if not self._free:
                return None
            slot = self._free.pop()
        start = slot * self.slot_bytes
        self._map[start : start + len(blob)] = bytes(blob)
        return slot

    def get(self, slot: int, size: int) -> bytes:
        """A copy of the first `size` bytes of a slot. Raises `ProtocolError` outside the block."""
        if not 0 <= slot < self.slots or not 0 <= size <= self.slot_bytes:
            raise ProtocolError("a shared slot outside the block was named")
        start = slot * self.slot_bytes
        return self._map[start : start + size]

    def release(self, slot: int) -> None:
        """Take a slot back."""
        with self._lock:
            if 0 <= slot < self.slots and slot not in self._free:
                self._free.append(slot)


def _block_folder() -> Path:
    return _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else Path(tempfile.gettempdir())


def remove_abandoned_blocks() -> None:
    """Remove blocks of studios that were killed in the moment between making one and their worker mapping it."""
    for path in _block_folder().glob(f"{_BLOCK_PREFIX}*"):
        pid = path.name.removeprefix(_BLOCK_PREFIX).partition("-")[0]
        if pid.isdigit() and not process_runs(int(pid)):
            path.unlink(missing_ok=True)


def share(frame: Frame, block: SharedBlock) -> Frame:
    """Move the large blobs of a frame into the block, as far as slots are free."""
    slots: list[list[int] | None] = []
    inline: list[bytes] = []
    for blob in frame.blobs:
        slot = block.put(blob) if len(blob) >= SHARED_FROM else None
        slots.append(None if slot is None else [slot, len(blob)])
        if slot is None:
            inline.append(blob)
    if not any(slots):
        return frame
    return Frame(frame.type, {**frame.body, "slots": slots}, tuple(inline))


def unshare(frame: Frame, block: SharedBlock) -> tuple[Frame, Sequence[int]]:
    """Undo `share`: the frame with all its blobs, and the slots to release. Raises `ProtocolError`."""
    if "slots" not in frame.body:
        return frame, ()
    body = dict(frame.body)
    inline = iter(frame.blobs)
    used: list[int] = []
    blobs: list[bytes] = []
    try:
        for entry in body.pop("slots"):
            if entry is None:
                blobs.append(next(inline))
            else:
                slot, size = entry
                blobs.append(block.get(slot, size))
                used.append(slot)
    except (TypeError, ValueError, StopIteration):
        raise ProtocolError("shared slots do not fit the frame") from None
    return Frame(frame.type, body, tuple(blobs)), used
