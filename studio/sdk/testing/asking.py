"""Processes that run conformance checks, and what they answer; a crash or a hang is an answer too."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any

from studio.sdk.testing.clock import queued


def answers(request: Mapping[str, Any], hash_seed: int, limit: float) -> Generator[dict[str, Any]]:
    """Run the checks of a request in a fresh process, one after another, until one fails or ends the process.

    Args:
        request: see `studio.sdk.testing.child`.
        hash_seed: the seed of the process's string hashes.
        limit: seconds each check may take, not counting its wait for a processor.

    Yields:
        An answer for each check: a ``remark`` or why it ``failed``, with ``details``. A failed one is the last.
    """
    with tempfile.TemporaryFile() as said:  # not a pipe, which a program the plugin left behind could keep open
        process = _launch(json.dumps(request), hash_seed, said)
        lines: SimpleQueue[bytes] = SimpleQueue()
        reader = Thread(target=_read, args=(process, lines), daemon=True)
        reader.start()
        try:
            for _ in request["checks"]:
                answer = _answer(process, lines, limit, said)
                yield answer
                if "failed" in answer:
                    return
        finally:
            _kill(process)
            process.wait()
            reader.join(
                1.0
            )  # longer when a program the plugin left behind holds the pipe; the thread then stays with it


def _launch(request: str, hash_seed: int, said: IO[bytes]) -> subprocess.Popen[bytes]:
    home = str(Path(__file__).resolve().parents[3])
    # torch makes this folder when transformers' models are imported: no plugin's doing, so it goes where it may.
    compiled = str(Path(tempfile.gettempdir()) / "studio-test-torch")
    search = os.pathsep.join([home, *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, "-P", "-X", "faulthandler", "-m", "studio.sdk.testing.child", request],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=said,
        env={**os.environ, "PYTHONPATH": search, "PYTHONHASHSEED": str(hash_seed), "PYTHONUTF8": "1",
             "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false",
             "TORCHINDUCTOR_CACHE_DIR": compiled},
        start_new_session=os.name == "posix",
    )  # fmt: skip


def _read(process: subprocess.Popen[bytes], lines: SimpleQueue[bytes]) -> None:
    """Pass on what the process answers, line by line, and at its end nothing: an empty line."""
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    process.wait()
    lines.put(b"")


def _answer(
    process: subprocess.Popen[bytes], lines: SimpleQueue[bytes], limit: float, said: IO[bytes]
) -> dict[str, Any]:
    started, stood_before = time.monotonic(), queued(process.pid)
    left = limit
    while left > 0:
        try:
            line = lines.get(timeout=left)
        except Empty:
            stood = min(queued(process.pid) - stood_before, 9 * limit)
            left = limit + stood - (time.monotonic() - started)
            continue
        if not line:
            code = process.returncode
            how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            return {"failed": f"It ended its process ({how}).", "details": _tail(said)}
        plain: dict[str, Any] = json.loads(line)
        return plain
    return {"failed": f"It did not finish within {limit:g} s.", "details": _tail(said)}


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it started."""
    try:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        return


def _tail(said: IO[bytes]) -> str:
    said.seek(max(0, said.seek(0, os.SEEK_END) - 8000))
    return said.read().decode("utf-8", "replace")
