"""How much a reader may take, and the sentence when a file asks for more.

Every reader checks what a header claims against these bounds and against the file's real size before it allocates
anything, so that a small hostile file can cost neither gigabytes nor minutes.
"""

from __future__ import annotations

import struct
import time
import zlib

from studio.sdk import UserError

FILE_BYTES = 4 * 2**30
"""Files larger than this are not opened."""
IMAGE_SIDE = 16_384
IMAGE_PIXELS = 2**27
"""134 megapixels: half a gigabyte once decoded."""
AUDIO_SAMPLES = 2**28
"""Samples in all channels together: 46 minutes of 48 kHz stereo, one gigabyte once decoded."""
AUDIO_CHANNELS = 32
TEXT_BYTES = 20 * 2**20
MIDI_BYTES = 8 * 2**20
MIDI_EVENTS = 400_000
MESH_VERTICES = 10_000_000
MESH_FACES = 20_000_000
MESH_TEXT_BYTES = 512 * 2**20
VIDEO_SIDE = 8192
VIDEO_BYTES = 2 * 2**30
"""Decoded frames of one clip together."""
SECONDS = 30.0
"""Time a parser written in Python may take for one file."""

DECODER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
    zlib.error,
)
"""What decoders of other people raise on bytes that are not what they claim; Pillow alone raises most of these, and
warnings are raised where those are made errors."""


def damaged(name: str, what: str) -> UserError:
    """The error for a file that is not a whole `what`, e.g. ``"picture"``."""
    return UserError(f"“{name}” can't be opened: it is not a complete, undamaged {what}.")


def too_large(name: str, what: str) -> UserError:
    """The error for a file that asks for more than the studio gives."""
    return UserError(f"“{name}” can't be opened: {what}.", hint="Make it smaller in the program it comes from.")


class Deadline:
    """Stops a parser that takes too long.

    Args:
        name: the file, for the message.
        seconds: time from now.
    """

    def __init__(self, name: str, seconds: float = SECONDS) -> None:
        self._name = name
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raises `UserError` when the time is over."""
        if time.monotonic() > self._end:
            raise too_large(self._name, "it is so complicated that reading it takes too long")
