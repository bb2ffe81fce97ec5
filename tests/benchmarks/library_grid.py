"""The library page at a hundred thousand and a million items beside a thousand, as ratios measured in one run.

    python tests/benchmarks/library_grid.py [--items 100000 1000000] [--folder DIR] [--rounds 3]

Builds an index of each size (some minutes for a million; kept in --folder when given) and opens the real page on the
offscreen platform, or on the display that QT_QPA_PLATFORM names. Sizes take turns, small, large, large, small, so that
a busy machine disturbs both alike. A frame is everything the window's thread does in one interval of 16.7 ms while the
view flies past: scrolling, painting, taking in rows and thumbnails. A search runs from the key to the painted results.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import library_index
from benchmarks.bars import Bar, median, percentile
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.library.index import Row as IndexRow
from studio.library.library import Library
from studio.shell.library.page import LibraryPage
from studio.shell.library.real_source import LibrarySource
from studio.shell.library.source import Row
from studio.shell.theme import Theme
from studio.shell.viewers.background import Background

SMALL = 1000
FRAME = 1 / 60
FRAMES = 150
PICTURES = 240


class IllustratedSource(LibrarySource):
    """The real source over synthetic items, which share a few hundred real thumbnails."""

    def __init__(self, library: Library, pictures: list[Path]) -> None:
        super().__init__(library, dict)
        self._pictures = pictures

    def _row(self, row: IndexRow) -> Row:
        plain = super()._row(row)
        picture = self._pictures[row.position % len(self._pictures)]
        return Row(plain.id, plain.kind, plain.title, plain.path, picture, plain.rating, plain.favourite)


def draw_thumbnails(folder: Path) -> list[Path]:
    """Pictures of the size and format the library keeps."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(5)
    made = []
    for number in range(PICTURES):
        path = folder / f"{number}.webp"
        made.append(path)
        if path.exists():
            continue
        image = QImage(512, rng.choice((512, 340, 512)), QImage.Format.Format_RGB32)
        image.fill(QColor.fromHsv(rng.randrange(360), 90, 120))
        painter = QPainter(image)
        for _ in range(40):
            painter.setBrush(QColor.fromHsv(rng.randrange(360), 160, 220, 120))
            painter.drawEllipse(rng.randrange(512), rng.randrange(512), rng.randrange(200), rng.randrange(200))
        painter.end()
        if not image.save(str(path), quality=80):
            raise OSError(f"{path} could not be written")
    return made


class Window:
    """One library page over an index of some size."""

    def __init__(self, folder: Path, pictures: list[Path]) -> None:
        self._count = int(folder.name)
        self._library = Library(folder)
        self._background = Background()
        self.page = LibraryPage(IllustratedSource(self._library, pictures), background=self._background)
        self.page.resize(1400, 900)

    def close(self) -> None:
        """Let go of everything."""
        self.page.close()
        self.page.deleteLater()
        self._background.close()
        self._library.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def open(self) -> float:
        """Seconds until every visible thumbnail is painted."""
        begun = time.perf_counter()
        self.page.show()
        self.page.open()
        pump(lambda: self.page.rows.loaded and self._all_here())
        if self.page.rows.count != self._count:
            raise ValueError(f"the page shows {self.page.rows.count} items of {self._count}")
        return time.perf_counter() - begun

    def _all_here(self) -> bool:
        grid = self.page.grid
        for index in grid._visible():
            row = self.page.rows.row(index)
            if row is None or self.page.thumbnails.get(str(row.thumbnail)) is None:
                return False
        return True

    def fling(self) -> tuple[list[float], list[float]]:
        """The work of the window's thread in each frame while the view flies past: wall and processor seconds."""
        bar = self.page.grid.verticalScrollBar()
        top = random.Random(3).randrange(max(1, bar.maximum() // 2))
        bar.setValue(top)
        pump(self._all_here)
        frames, own = [], []
        for number in range(FRAMES):
            begun, used = time.perf_counter(), time.thread_time()
            # Faster and slower as a finger flings: up to a screen and a half per frame.
            bar.setValue((top + number * 100 + (number * 97) % 1300) % max(1, bar.maximum()))
            busy, used = time.perf_counter() - begun, time.thread_time() - used
            while (now := time.perf_counter()) < begun + FRAME:
                before = time.thread_time()
                QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
                spent = time.perf_counter() - now
                if spent > 2e-5:
                    busy += spent
                    used += time.thread_time() - before
                else:
                    time.sleep(0.0005)
            frames.append(busy)
            own.append(used)
        return frames, own

    def type_words(self, words: list[str]) -> list[float]:
        """Seconds from each key to its results being painted."""
        box = self.page.filters.search
        times: list[float] = []
        arrived: list[int] = []
        self.page.rows.reset.connect(arrived.append)
        for word in words:
            for letter in word:
                arrived.clear()
                begun = time.perf_counter()
                QTest.keyClicks(box, letter)
                pump(lambda: bool(arrived))
                self.page.grid.viewport().repaint()
                times.append(time.perf_counter() - begun)
                pump(lambda: not self._background.busy)
            box.clear()
            pump(lambda: not self._background.busy)
        return times


def pump(until: Callable[[], bool], limit: float = 60.0) -> None:
    """Run the event loop until something holds, without taking the processor from the page's own threads."""
    end = time.perf_counter() + limit
    while not until():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
        time.sleep(0.0003)
        if time.perf_counter() > end:
            raise TimeoutError("the page did not get there")


def measured(small: Path, large: Path, pictures: list[Path], rounds: int) -> dict[str, tuple[list[float], list[float]]]:
    """Openings, frames and searches of both sizes, in turns."""
    words = ["fla", "sto", "bre", "cha"]
    found: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in ("open", "fling", "own", "search")}
    for _ in range(rounds):
        for size, folder in ((0, small), (1, large), (1, large), (0, small)):
            window = Window(folder, pictures)
            found["open"][size].append(window.open())
            frames, own = window.fling()
            found["fling"][size].extend(frames)
            found["own"][size].extend(own)
            found["search"][size].extend(window.type_words(words))
            window.close()
    return found


def judged(name: str, found: dict[str, tuple[list[float], list[float]]]) -> list[Bar]:
    """The bars of one size."""
    small_open, large_open = (median(times) for times in found["open"])
    small_frame, large_frame = (percentile(times, 0.99) for times in found["fling"])
    own = percentile(found["own"][1], 0.99)
    small_key, large_key = (percentile(times, 0.95) for times in found["search"])
    return [
        Bar(
            f"{name}: open to first thumbnails",
            f"{large_open / small_open:.2f} × ({large_open * 1000:.0f} ms)",
            "≤ 1.5 ×",
            large_open <= 1.5 * small_open,
        ),
        Bar(
            f"{name}: fling-scroll frame p99",
            f"{large_frame / small_frame:.2f} × ({large_frame * 1000:.1f} ms, own work {own * 1000:.1f} ms)",
            "≤ 1.2 × and ≤ 16.7 ms",
            large_frame <= 1.2 * small_frame and large_frame <= 0.0167,
        ),
        Bar(
            f"{name}: search as you type p95",
            f"{large_key * 1000:.1f} ms ({large_key / small_key:.2f} ×)",
            "≤ 50 ms",
            large_key <= 0.05,
        ),
    ]


def main() -> int:
    """Measure and print; the exit code says whether every bar was met."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--items", type=int, nargs="*", default=[100_000, 1_000_000])
    arguments.add_argument("--folder", type=Path)
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    Theme(app).use("dark")
    bars: list[Bar] = []
    with tempfile.TemporaryDirectory() as temporary:
        root = given.folder or Path(temporary)
        pictures = draw_thumbnails(root / "pictures")
        for count in (SMALL, *given.items):
            (root / f"{count}").mkdir(parents=True, exist_ok=True)
            library_index.built(root / f"{count}" / "index.db", count)
        for count in given.items:
            bars += judged(
                f"{count:,} / {SMALL:,} items", measured(root / f"{SMALL}", root / f"{count}", pictures, given.rounds)
            )
    for bar in bars:
        print(bar.line())
    print(json.dumps({bar.name: {"figure": bar.figure, "target": bar.target, "met": bar.met} for bar in bars}))
    return 0 if all(bar.met for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
