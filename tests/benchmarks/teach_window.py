"""Two hundred pictures become a GAN and a VAE in the real window: three clicks each, and how true the time left is.

Needs a display (under Linux without one: ``xvfb-run -a python tests/benchmarks/teach_window.py``) and an idle machine:
a forecast is a measurement. ``--steps`` shortens the trainings.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(ROOT / "tests")]

import numpy as np  # noqa: E402
from benchmarks.bars import Bar, printed  # noqa: E402
from e2e.tour import Tour  # noqa: E402
from PIL import Image, ImageDraw  # noqa: E402
from PySide6.QtCore import Qt  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QFileDialog  # noqa: E402

from studio.shell.create.progress import seconds_left  # noqa: E402

PICTURES = 200
RECIPES = ("studio.image.train-gan", "studio.image.train-vae")
JUDGED_FROM, JUDGED_TO = 0.2, 0.8
"""Part of the steps in which the time left is held against the truth."""

PATIENCE = 3600.0


def draw(folder: Path) -> Path:
    """Coloured leaves of many shapes, 96 pixels wide."""
    folder.mkdir()
    random = np.random.default_rng(1)
    for number in range(PICTURES):
        picture = Image.new("RGB", (96, 96), (244, 240, 230))
        color = tuple(int(value) for value in random.integers((20, 90, 20), (200, 200, 90)))
        wide, tilt = int(random.integers(10, 34)), int(random.integers(-12, 12))
        outline = [(48 + tilt, 8), (48 + wide, 48), (48 - tilt, 84), (48 - wide, 48)]
        ImageDraw.Draw(picture).polygon(outline, fill=color)
        ImageDraw.Draw(picture).line([(48 + tilt, 8), (48 - tilt, 92)], fill=(90, 60, 30), width=3)
        picture.save(folder / f"leaf {number}.png")
    return folder


def click(tour: Tour, widget: Any) -> None:
    """With the mouse, as an artist does."""
    tour.wait(lambda: widget.isVisible() and widget.isEnabled(), "a button to be there")
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def trained(tour: Tour, recipe: str, folder: Path, steps: int) -> tuple[int, float, list[float], Path]:
    """Train; clicks, forecast over truth, how far each time left told was from the truth (1 is true), and the run."""
    page: Any = tour.window.page("teach")
    QFileDialog.getExistingDirectory = lambda *_a, **_k: str(folder)  # type: ignore[method-assign]
    prepared: list[str] = []
    page.panel.data.prepared.connect(lambda name, _kind: prepared.append(name))
    click(tour, page.panel.data.choose_button)
    tour.wait(lambda: prepared, "the dataset")
    recipes = page.panel.recipes
    recipes.setCurrentIndex(recipes.findData(recipe))  # opening the list and choosing is the second click
    if steps:
        page.panel.form.set_values({"steps": steps})
    page.panel.forecast.ask(page.panel.form.spec, page.panel.form.checked())
    tour.wait(lambda: page.panel.forecast._answer is not None, "the forecast")
    forecast = page.panel.forecast._answer["seconds"]
    before = {job.id for job in tour.engine.jobs()}
    click(tour, page.panel.start_button)
    tour.wait(lambda: {job.id for job in tour.engine.jobs()} - before, "the job")
    (name,) = {job.id for job in tour.engine.jobs()} - before
    told: list[tuple[float, float]] = []
    limit = time.monotonic() + PATIENCE
    while not (job := tour.engine.job(name)).state.is_final and time.monotonic() < limit:
        left = seconds_left(job)
        if left is not None and JUDGED_FROM <= job.done / job.total <= JUDGED_TO:
            told.append((time.time(), left))
        QTest.qWait(500)
    assert job.failure is None, job.failure
    (run,) = (path.parent for path in tour.studio.workshop.home.runs.glob("*/run.json") if recipe in path.read_text())
    truth = [(left + 1e-9) / (job.ended - when) for when, left in told]
    return 3, forecast / (job.ended - job.started), truth, run


def bars(root: Path, steps: int) -> Iterator[Bar]:
    """Every bar, one recipe after the other."""
    folder = draw(root / "leaves")
    tour = Tour(root / "home", root / "shots")
    tour.go("teach")
    for recipe in RECIPES:
        clicks, forecast, truth, run = trained(tour, recipe, folder, steps)
        sheets = len(list((run / "samples").glob("*.png")))
        name = recipe.rpartition(".")[2]
        far = max((abs(part - 1) for part in truth), default=1.0)
        yield Bar(f"clicks to a running {name}", str(clicks), "3", clicks <= 3)
        yield Bar(f"{name}: time left told / true, farthest from 20 % to 80 %", f"{far:.0%} off", "≤ 20 %", far <= 0.2)
        yield Bar(f"{name}: forecast / truth", f"{forecast:.2f}", "0.8 … 1.2", 0.8 <= forecast <= 1.2)
        yield Bar(f"{name}: sample sheets while it learns", str(sheets), "≥ 5", sheets >= 5)
    tour.window.close()
    tour.studio.close()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=0, help="of each training; 0 for what the recipe suggests")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as name:
        try:
            return printed(bars(Path(name), options.steps))
        except BaseException:
            traceback.print_exc()  # the window's own watch over errors would keep it to its log
            raise


if __name__ == "__main__":
    sys.exit(main())
