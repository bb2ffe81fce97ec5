"""A worker's process as the host holds it: start, talk, listen, kill."""

from __future__ import annotations

import codecs
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from studio.engine.environment import computing
from studio.engine.protocol import Frame, ProtocolError, SharedBlock, encode, read, unshare

log = logging.getLogger(__name__)

LINE_LIMIT = 2000
"""Most characters of one line a worker prints that are kept."""

KEPT_LINES = 200
"""Lines kept for a report when a worker dies."""

UNREAD_FRAMES = 4096
"""Frames that may wait for a worker to read them; one with more does not listen and is ended."""

LEAVING_SECONDS = 2.0
"""How long a worker that closed its line may take to end."""


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """What a worker is told at its start.

    Attributes:
        device: the device to use, or ``"auto"``.
        budget: bytes of loaded models it may keep.
        online: whether the network is allowed.
        library: folder of the library.
        scratch: folder for temporary files.
        models: folder of the artist's trained models.
    """

    device: str
    budget: int
    online: bool
    library: Path
    scratch: Path
    models: Path


class WorkerProcess:
    """One worker process. Frames and lines arrive on threads of its own, in order; `on_exit` comes last, once.

    Attributes:
        lines: the last lines it printed.
    """

    def __init__(
        self,
        setup: WorkerSetup,
        *,
        on_frame: Callable[[Frame], None],
        on_line: Callable[[str], None],
        on_exit: Callable[[WorkerProcess, str], None],
    ) -> None:
        """Start the process. Raises `OSError` when the system has no process, memory or descriptor left for it."""
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._on_frame = on_frame
        self._on_line = on_line
        self._on_exit = on_exit
        self._unsent: queue.Queue[bytes | None] = queue.Queue(UNREAD_FRAMES)
        self._ended = threading.Event()
        self._block = SharedBlock.create()
        try:
            self._process = _start(setup.scratch)
        except BaseException:
            self._block.close()
            raise
        self._lines_thread = threading.Thread(target=self._collect, name="worker lines", daemon=True)
        self._threads = (
            self._lines_thread,
            threading.Thread(target=self._say, name="worker orders", daemon=True),
            threading.Thread(target=self._watch, name="worker end", daemon=True),
            threading.Thread(target=self._listen, name="worker frames", daemon=True),
        )
        self.send("setup", **_setup_body(setup, self._block))
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def send(self, type: str, /, **body: Any) -> None:
        """Send a frame. Never waits for the worker, which may hang; when it is gone, `on_exit` tells."""
        try:
            self._unsent.put_nowait(encode(Frame(type, body)))
        except queue.Full:
            self.kill()

    def kill(self) -> None:
        """End the process and whatever it started, at once, wherever it hangs."""
        if not self._ended.is_set():
            self._process.kill()
            self._kill_group()

    def join(self, timeout: float) -> bool:
        """Wait until the process and its threads ended; False when they did not within `timeout` seconds."""
        if not self._ended.wait(timeout):
            return False
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout)
        return True

    def _say(self) -> None:
        """Write what is to be sent: a thread of its own, because a worker that hangs does not read."""
        stream = _pipe(self._process.stdin)
        while (data := self._unsent.get()) is not None:
            try:
                stream.write(data)
                stream.flush()
            except OSError:
                break  # it is gone; the frames' end tells of it
        _close(stream)

    def _watch(self) -> None:
        """When the process ends, end what it started too: children hold its pipes open, and nobody needs them."""
        self._process.wait()
        self._kill_group()
        self._ended.set()

    def _kill_group(self) -> None:
        if os.name != "posix":
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return  # nothing is left of it

    def _listen(self) -> None:
        problem = self._hear_out()
        if not self._ended.wait(LEAVING_SECONDS):
            problem = problem or "It closed its line to the studio and did not end."
            self.kill()
            self._ended.wait()
        self._lines_thread.join(1.0)
        self._stop_sending()
        _close(self._process.stdout)
        self._block.close()
        self._on_exit(self, problem or _how_it_ended(self._process.returncode))

    def _hear_out(self) -> str:
        """Hand frames on until the line ends; returns what was wrong with it, a sentence, or nothing."""
        stream = _pipe(self._process.stdout)
        try:
            while (frame := read(stream)) is not None:
                if frame.type == "ready":
                    self._block.unlink()
                whole, used = unshare(frame, self._block)
                self._on_frame(whole)
                if used:
                    self.send("release", slots=list(used))
        except ProtocolError as error:
            self.kill()
            return f"It sent something the studio does not understand ({error})."
        except Exception:
            # Whatever goes wrong over a frame costs this worker, never the thread that would tell of its end.
            log.exception("A worker's frame could not be handled")
            self.kill()
            return "The studio could not handle what it sent."
        return ""

    def _stop_sending(self) -> None:
        """Let the sending thread end; what is still unsent has no reader any more."""
        while True:
            try:
                self._unsent.put_nowait(None)
            except queue.Full:
                self._drop_unsent()
            else:
                return

    def _drop_unsent(self) -> None:
        try:
            self._unsent.get_nowait()
        except queue.Empty:
            return

    def _collect(self) -> None:
        """Cut what the worker prints into lines; progress bars end theirs by a carriage return."""
        stream = _pipe(self._process.stderr)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        rest = ""
        while data := os.read(stream.fileno(), 65536):
            *lines, rest = (rest + decoder.decode(data)).replace("\r", "\n").split("\n")
            rest = rest[-LINE_LIMIT:]
            for line in lines:
                if line.strip():
                    self.lines.append(line[:LINE_LIMIT])
                    self._on_line(line[:LINE_LIMIT])
        _close(stream)


def _start(scratch: Path) -> subprocess.Popen[bytes]:
    # torch would ask a service of the system for the artist's name, to call a folder for all sessions after it
    compiled = os.environ.get("TORCHINDUCTOR_CACHE_DIR") or str(scratch / "compiled")
    return subprocess.Popen(
        # -P: the folder the studio was started in must not be searched for modules.
        [sys.executable, "-P", "-m", "studio.engine.worker.main"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**computing(), "TORCHINDUCTOR_CACHE_DIR": compiled},
        # A group of its own, so that Ctrl-C in a terminal reaches the host alone, which then cancels in order.
        start_new_session=os.name != "nt",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        | getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),  # elsewhere the worker gives way by itself
    )


def _setup_body(setup: WorkerSetup, block: SharedBlock) -> Mapping[str, Any]:
    return {
        "path": [entry for entry in sys.path if entry],
        "device": setup.device,
        "budget": setup.budget,
        "online": setup.online,
        "library": str(setup.library),
        "scratch": str(setup.scratch),
        "models": str(setup.models),
        "block": {"path": str(block.path), "slots": block.slots, "slot_bytes": block.slot_bytes},
    }


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"Its process ended with code {code}."
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    reasons = {"SIGSEGV": "it touched memory that is not its own", "SIGKILL": "the system or someone killed it",
               "SIGABRT": "a library gave up"}  # fmt: skip
    return f"Its process was ended by {name}" + (f": {reasons[name]}." if name in reasons else ".")


def _pipe(stream: IO[bytes] | None) -> BinaryIO:
    if stream is None:
        raise RuntimeError("the worker was started without its pipes")
    return stream  # type: ignore[return-value]  # Popen's pipes are binary streams; typeshed says IO


def _close(stream: IO[bytes] | None) -> None:
    try:
        _pipe(stream).close()
    except OSError:
        return  # what was still to be flushed has no reader any more
