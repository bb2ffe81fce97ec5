"""A worker's process as the host holds it: start, talk, listen, kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from studio.engine.protocol import Frame, ProtocolError, SharedBlock, encode, read, unshare

LINE_LIMIT = 2000
"""Most characters of one line a worker prints that are kept."""

KEPT_LINES = 200
"""Lines kept for a report when a worker dies."""

_ENVIRONMENT = {
    # Libraries that would like to ask their hub are told not to before they are imported.
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "utf-8:replace",
}


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """What a worker is told at its start.

    Attributes:
        device: the device to use, or ``"auto"``.
        budget: bytes of loaded models it may keep.
        online: whether the network is allowed.
        library: folder of the library.
        scratch: folder for temporary files.
    """

    device: str
    budget: int
    online: bool
    library: Path
    scratch: Path


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
        on_exit: Callable[[str], None],
    ) -> None:
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._on_frame = on_frame
        self._on_line = on_line
        self._on_exit = on_exit
        self._send_lock = threading.Lock()
        self._block = SharedBlock.create()
        self._process = _start()
        self._threads = [
            threading.Thread(target=self._listen, name="worker frames", daemon=True),
            threading.Thread(target=self._collect, name="worker lines", daemon=True),
        ]
        self.send("setup", **_setup_body(setup, self._block))
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def send(self, type: str, /, **body: Any) -> bool:
        """Send a frame; False when the worker is gone (then `on_exit` tells)."""
        data = encode(Frame(type, body))
        stream = _pipe(self._process.stdin)
        try:
            with self._send_lock:
                stream.write(data)
                stream.flush()
        except (OSError, ValueError):
            return False
        return True

    def kill(self) -> None:
        """End the process at once, wherever it hangs."""
        self._process.kill()

    def join(self, timeout: float) -> bool:
        """Wait until the process and its threads ended; False when they did not within `timeout` seconds."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout)
        return True

    def _listen(self) -> None:
        stream = _pipe(self._process.stdout)
        problem = ""
        try:
            while (frame := read(stream)) is not None:
                if frame.type == "ready":
                    self._block.unlink()
                whole, used = unshare(frame, self._block)
                self._on_frame(whole)
                if used:
                    self.send("release", slots=list(used))
        except ProtocolError as error:
            problem = f"It sent something the studio does not understand ({error})."
            self._process.kill()
        code = self._process.wait()
        self._threads[1].join(1.0)
        with self._send_lock:
            for pipe in (self._process.stdin, self._process.stdout):
                _close(pipe)
        self._block.close()
        self._on_exit(problem or _how_it_ended(code))

    def _collect(self) -> None:
        """Cut what the worker prints into lines; progress bars end theirs by a carriage return."""
        stream = _pipe(self._process.stderr)
        rest = ""
        while data := os.read(stream.fileno(), 65536):
            *lines, rest = (rest + data.decode("utf-8", "replace")).replace("\r", "\n").split("\n")
            rest = rest[-LINE_LIMIT:]
            for line in lines:
                if line.strip():
                    self.lines.append(line[:LINE_LIMIT])
                    self._on_line(line[:LINE_LIMIT])
        _close(stream)


def _start() -> subprocess.Popen[bytes]:
    package_root = Path(__file__).resolve().parents[2]
    path = os.pathsep.join(filter(None, (str(package_root), os.environ.get("PYTHONPATH", ""))))
    return subprocess.Popen(
        # -P: the folder the studio was started in must not be searched for modules.
        [sys.executable, "-P", "-m", "studio.engine.worker.main"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": path},
        # A group of its own, so that Ctrl-C in a terminal reaches the host alone, which then cancels in order.
        start_new_session=os.name != "nt",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def _setup_body(setup: WorkerSetup, block: SharedBlock) -> Mapping[str, Any]:
    return {
        "path": [entry for entry in sys.path if entry],
        "device": setup.device,
        "budget": setup.budget,
        "online": setup.online,
        "library": str(setup.library),
        "scratch": str(setup.scratch),
        "host": os.getpid(),
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
