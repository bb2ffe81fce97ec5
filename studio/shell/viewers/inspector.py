"""The window's side of the inspecting process: ask about a file, get facts and arrays back on the GUI thread."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from array import array
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QByteArray, QCoreApplication, QObject, QProcess, QProcessEnvironment, QSize, Qt, QTimer
from PySide6.QtGui import QImage

from studio.shell.i18n import tr
from studio.shell.viewers.background import Background
from studio.shell.viewers.leftovers import ROOT_PREFIX

_IDLE_MS = 60_000
_MOST_MS = 45_000
"""A file that takes longer than this is given up."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the inspecting process found.

    Attributes:
        facts: small things, as JSON.
        arrays: bytes by name.
        folder: files it wrote, if any are kept; see `Inspector.release`.
    """

    facts: Mapping[str, Any]
    arrays: Mapping[str, bytes]
    folder: Path

    def floats(self, name: str) -> array[float]:
        """An array of 32-bit floats."""
        return array("f", self.arrays[name])

    def picture(self, side: int) -> QImage:
        """A thumbnail, fitted into a square of `side` pixels."""
        width, height = int(self.facts["width"]), int(self.facts["height"])
        picture = QImage(self.arrays["pixels"], width, height, 3 * width, QImage.Format.Format_RGB888)
        return picture.scaled(
            QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        ).copy()


@dataclass(slots=True, eq=False)
class Inquiry:
    """One question about a file; `cancel` drops its answer."""

    job: str
    path: Path
    done: Callable[[Measured], None]
    failed: Callable[[str], None]
    owner: QObject
    folder: Path
    cancelled: bool = False

    def cancel(self) -> None:
        """Forget it."""
        self.cancelled = True

    @property
    def wanted(self) -> bool:
        """Whether someone still waits."""
        return not self.cancelled and shiboken6.isValid(self.owner)


class Inspector(QObject):
    """Keeps one inspecting process while there are questions and a minute longer."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._waiting: deque[Inquiry] = deque()
        self._asked: Inquiry | None = None
        self._number = 0
        self._root: Path | None = None
        self._heard = bytearray()
        self._patience = self._timer(_MOST_MS, self._give_up)
        self._idle = self._timer(_IDLE_MS, self._end_process)

    @classmethod
    def shared(cls) -> Inspector:
        """The application's own, made at first use and closed when the application quits."""
        app = QCoreApplication.instance()
        if app is None:
            raise RuntimeError("There is no application yet.")
        found = app.findChild(cls)
        if isinstance(found, cls):
            return found
        made = cls(app)
        app.aboutToQuit.connect(made.close)
        return made

    def ask(
        self,
        job: str,
        path: Path,
        done: Callable[[Measured], None],
        failed: Callable[[str], None],
        owner: QObject,
    ) -> Inquiry:
        """Ask about a file.

        Args:
            job: waveform, score, mesh or thumbnail.
            path: the file.
            done: called with the answer on the GUI thread.
            failed: called with a sentence when the file cannot be read.
            owner: nothing is called once this has been deleted.
        """
        if self._root is None:
            self._root = Path(tempfile.mkdtemp(prefix=f"{ROOT_PREFIX}{os.getpid()}-"))
        inquiry = Inquiry(job, path, done, failed, owner, Path(tempfile.mkdtemp(dir=self._root)))
        self._waiting.append(inquiry)
        self._next()
        return inquiry

    def close(self) -> None:
        """End the process; what waits is dropped."""
        self._idle.stop()
        self._patience.stop()
        while self._waiting:
            _tidy(self._waiting.popleft())
        if self._asked is not None:
            _tidy(self._asked)
            self._asked = None
        self._end_process()
        if self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)
            self._root = None

    @property
    def running(self) -> bool:
        """Whether the process runs."""
        return self._process is not None

    def _timer(self, milliseconds: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(then)
        return timer

    def _next(self) -> None:
        if self._asked is not None:
            return
        while self._waiting and not self._waiting[0].wanted:
            _tidy(self._waiting.popleft())
        if not self._waiting:
            self._idle.start()
            return
        self._idle.stop()
        self._asked = self._waiting.popleft()
        self._number += 1
        asked = self._asked
        request = {"number": self._number, "job": asked.job, "path": str(asked.path), "folder": str(asked.folder)}
        self._running_process().write(QByteArray((json.dumps(request) + "\n").encode()))
        self._patience.start()

    def _running_process(self) -> QProcess:
        if self._process is None:
            process = QProcess(self)
            environment = QProcessEnvironment.systemEnvironment()
            # One file at a time beside a generating worker: more threads would only take its cores.
            environment.insert("OMP_NUM_THREADS", "1")
            environment.insert("OPENBLAS_NUM_THREADS", "1")
            process.setProcessEnvironment(environment)
            process.setStandardErrorFile(QProcess.nullDevice())
            process.readyReadStandardOutput.connect(self._hear)
            process.finished.connect(self._ended)
            process.errorOccurred.connect(self._ended)
            self._heard.clear()
            self._process = process
            process.start(sys.executable, ["-m", "studio.shell.viewers.inspecting"])
        return self._process

    def _hear(self) -> None:
        if self._process is None:
            return
        self._heard += self._process.readAllStandardOutput().data()
        while (end := self._heard.find(b"\n")) >= 0:
            line = bytes(self._heard[:end])
            del self._heard[: end + 1]
            self._answered(json.loads(line))

    def _answered(self, answer: Mapping[str, Any]) -> None:
        if self._asked is None or answer.get("number") != self._number:
            return
        asked, self._asked = self._asked, None
        self._patience.stop()
        if not asked.wanted:
            _tidy(asked)
        elif "error" in answer:
            _tidy(asked)
            asked.failed(str(answer["error"]))
        else:
            work = partial(_collect, asked.folder, answer["facts"], answer["arrays"])
            Background.shared().run(work, partial(self._hand_over, asked), partial(_lost, asked), self)
        self._next()

    def _hand_over(self, asked: Inquiry, measured: Measured) -> None:
        if asked.wanted:
            asked.done(measured)
        if not (measured.facts.get("texture") and asked.wanted):
            _tidy(asked)

    @staticmethod
    def release(measured: Measured) -> None:
        """Delete the files that came with an answer, once nobody reads them any more."""
        shutil.rmtree(measured.folder, ignore_errors=True)

    def _ended(self, *_how: object) -> None:
        """The process died: the file it was reading is to blame, the next one gets a new process."""
        if self._process is None:
            return
        self._end_process()
        self._fail(tr("This file could not be read: the program reading it ended unexpectedly."))

    def _give_up(self) -> None:
        self._end_process()
        self._fail(tr("This file could not be read: it takes too long."))

    def _fail(self, sentence: str) -> None:
        asked, self._asked = self._asked, None
        self._patience.stop()
        if asked is not None:
            _tidy(asked)
            if asked.wanted:
                asked.failed(sentence)
        self._next()

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.finished.disconnect(self._ended)
        process.errorOccurred.disconnect(self._ended)
        process.kill()
        process.waitForFinished(2000)
        process.deleteLater()


def _collect(folder: Path, facts: Mapping[str, Any], places: Mapping[str, list[int]]) -> Measured:
    """Read the arrays; runs in the background."""
    data = memoryview((folder / "arrays.bin").read_bytes())
    arrays = {name: bytes(data[start : start + length]) for name, (start, length) in places.items()}
    return Measured(facts, arrays, folder)


def _lost(asked: Inquiry, error: Exception) -> None:
    _tidy(asked)
    if asked.wanted:
        asked.failed(str(error))


def _tidy(asked: Inquiry) -> None:
    shutil.rmtree(asked.folder, ignore_errors=True)
