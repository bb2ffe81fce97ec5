"""The worker's end of the line to the host."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from typing import Any, BinaryIO

from studio.engine.protocol import Frame, SharedBlock, encode, read, share


class Link:
    """Frames to and from the host; sending is safe from any thread.

    Attributes:
        block: shared memory for large blobs, once the host has named it.
    """

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self.block: SharedBlock | None = None
        self._incoming = incoming
        self._outgoing = outgoing
        self._lock = threading.Lock()

    @classmethod
    def over_standard_streams(cls) -> Link:
        """Take standard input and output for frames, and point both away from plugin code.

        From then on reading standard input meets its end, and what is printed goes to standard error, which the host
        writes to the job's log.
        """
        incoming = os.fdopen(os.dup(0), "rb")
        outgoing = os.fdopen(os.dup(1), "wb")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        return cls(incoming, outgoing)

    def send(self, type: str, /, *blobs: bytes, **body: Any) -> None:
        """Send one frame, large blobs through shared memory where a slot is free."""
        frame = Frame(type, body, blobs)
        if self.block is not None and blobs:
            frame = share(frame, self.block)
        data = encode(frame)
        with self._lock:
            self._outgoing.write(data)
            self._outgoing.flush()

    def frames(self) -> Iterator[Frame]:
        """Frames from the host until it goes away."""
        while (frame := read(self._incoming)) is not None:
            yield frame
