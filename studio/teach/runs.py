"""A training run on the disk: what was asked for, its curves, samples and checkpoints.

::

    run.json             what determines the run, and when it began
    metrics.jsonl        one point of a curve per line
    samples/             000100-0.png: what the model made after 100 steps
    checkpoints/000100/  from here training can go on; with an empty file .kept in it, it is never thinned out
    log.txt              what the recipe remarked, e.g. which files it left out
    finished.json        there once the model is: its reference

A checkpoint counts once its folder has its final name. On going on, what curves and samples tell of later steps is
dropped: those steps are taken again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.disk.durable import sync_file, sync_folder, write_bytes, write_json
from studio.sdk.trainer import Checkpoint, Metric

if TYPE_CHECKING:
    import filelock

LATEST_KEPT = 2
"""Newest checkpoints that are always kept."""

SPACED_KEPT = 6
"""Older checkpoints that are kept beside those, spread over the run, to compare with and to roll back to."""

KEPT = ".kept"
"""What lies in the folder of a checkpoint that the artist wants to keep."""

REMARK_LETTERS = 2000
"""Longest remark."""

LOG_BYTES = 2**20
"""Most that is kept of what a recipe remarks."""


def run_key(trainer: str, version: int, values: Mapping[str, Any], seed: int, digest: str) -> str:
    """The name of the run that these determine: a request made again finds the run it began."""
    plain = json.dumps([trainer, version, values, seed, digest], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(plain.encode("ascii")).hexdigest()[:16]


def run_of(runs: Path, model: str) -> Run | None:
    """The run that a model came of, None where it is not there (any more).

    Args:
        runs: the folder of all runs.
        model: its reference.
    """
    entries = sorted(runs.iterdir()) if runs.is_dir() else []
    return next((Run(entry) for entry in entries if entry.is_dir() and Run(entry).finished == model), None)


def run_lock(folder: Path) -> filelock.BaseFileLock:
    """The lock of a run: whoever trains it, rolls it back or removes it holds it meanwhile."""
    import filelock

    return filelock.FileLock(folder.with_name(f"{folder.name}.lock"))


class Run:
    """One run's folder. Written by the worker that trains, read by the faces.

    Attributes:
        folder: where it lies.
        secrets: passwords and keys of the training, which no remark may tell.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secrets: tuple[str, ...] = ()

    @classmethod
    def begin(cls, folder: Path, facts: Mapping[str, Any]) -> Run:
        """Open a run, new or interrupted; one that had finished starts anew, or ends anew after its checkpoint.

        Args:
            folder: where it lies.
            facts: what determines it, as JSON: trainer, version, values, seed, dataset, studio.
        """
        run = cls(folder)
        if run.finished and not run.until:
            shutil.rmtree(folder)
        for name in ("samples", "checkpoints"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        if not (folder / "run.json").exists():
            write_json(folder / "run.json", {**facts, "created": time.time()})
        run.roll_back(run.steps[-1] if run.steps else 0)
        return run

    @property
    def facts(self) -> dict[str, Any]:
        """What determines the run; empty when that cannot be read."""
        return _read_object(self.folder / "run.json")

    @property
    def finished(self) -> str:
        """The reference of the model that came out, empty as long as there is none."""
        return str(_read_object(self.folder / "finished.json").get("model", ""))

    @property
    def until(self) -> int:
        """Steps after which it ends although more were asked for, 0 for all of them: see `teach.branches`."""
        until = self.facts.get("until")
        return until if isinstance(until, int) else 0

    @property
    def steps(self) -> list[int]:
        """Steps of the checkpoints that are there, ascending."""
        folder = self.folder / "checkpoints"
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        return sorted(int(name) for name in names if name.isdigit())

    @property
    def kept(self) -> set[int]:
        """Steps of the checkpoints that are never thinned out."""
        return {step for step in self.steps if (self.checkpoint(step) / KEPT).exists()}

    @property
    def resume(self) -> Path | None:
        """The newest checkpoint."""
        return self.checkpoint(self.steps[-1]) if self.steps else None

    def checkpoint(self, step: int) -> Path:
        """The folder of the checkpoint of a step."""
        return self.folder / "checkpoints" / f"{step:08d}"

    def metrics(self) -> Iterator[Metric]:
        """The points of all curves, in order; lines that a crash cut off are left out."""
        try:
            text = (self.folder / "metrics.jsonl").read_text("utf-8", errors="replace")
        except OSError:
            return
        for line in text.splitlines():
            try:
                plain = json.loads(line)
                yield Metric(str(plain["name"]), int(plain["step"]), float(plain["value"]))
            except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
                continue

    def curves_until(self, step: int) -> bytes:
        """The points of all curves until a step, as ``metrics.jsonl`` holds them."""
        return "".join(_line(metric) for metric in self.metrics() if metric.step <= step).encode("utf-8")

    def samples(self) -> list[tuple[int, Path]]:
        """Steps and files of the samples, in order."""
        folder = self.folder / "samples"
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
        return [(int(path.name[:8]), path) for path in paths if path.name[:8].isdigit()]

    def remarks(self, most: int) -> list[str]:
        """The last lines of the log, at most this many."""
        try:
            lines = (self.folder / "log.txt").read_text("utf-8", errors="replace").splitlines()
        except OSError:
            return []
        return lines[-most:]

    def add_remark(self, remark: str) -> None:
        """Append a line to the log, without `secrets`, unless the log is full."""
        for secret in self.secrets:
            remark = remark.replace(secret, "…")
        with (self.folder / "log.txt").open("a", encoding="utf-8", errors="replace") as stream:
            if stream.tell() < LOG_BYTES:
                stream.write(" ".join(remark.split())[:REMARK_LETTERS] + "\n")

    def add_metric(self, metric: Metric) -> None:
        """Append a point; it is safe with the next checkpoint."""
        with (self.folder / "metrics.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(_line(metric))

    def sample_path(self, step: int, suffix: str) -> Path:
        """Where the next sample of a step goes."""
        index = sum(1 for taken, _ in self.samples() if taken == step)
        return self.folder / "samples" / f"{step:08d}-{index}{suffix}"

    def add_checkpoint(self, checkpoint: Checkpoint) -> Path:
        """Take a checkpoint's folder over: flushed, then renamed; returns its place."""
        place = self.checkpoint(checkpoint.step)
        if place.exists():
            shutil.rmtree(checkpoint.folder)
            return place
        staged = place.with_name(f"{place.name}.new")
        shutil.rmtree(staged, ignore_errors=True)
        shutil.move(checkpoint.folder, staged)
        for path in staged.iterdir():
            sync_file(path)
        metrics = self.folder / "metrics.jsonl"
        if metrics.exists():
            sync_file(metrics)
        sync_folder(staged)
        staged.rename(place)
        sync_folder(place.parent)
        self._thin()
        return place

    def keep(self, step: int, *, kept: bool = True) -> None:
        """Never thin out the checkpoint of a step, or (not `kept`) treat it like the others again.

        Raises:
            ValueError: there is no checkpoint of that step.
        """
        folder = self.checkpoint(step)
        try:
            if kept:
                (folder / KEPT).touch()
            else:
                (folder / KEPT).unlink(missing_ok=True)
            sync_folder(folder)
        except FileNotFoundError:  # a training that goes on may thin it out at this very moment
            raise _missing(step) from None

    def finish(self, model: str) -> None:
        """Say that the model is there. The checkpoints stay until the run is removed, to compare and roll back."""
        write_json(self.folder / "finished.json", {"model": model, "ended": time.time()})

    def roll_back(self, step: int) -> None:
        """Forget all that is later than a checkpoint (0: everything): training goes on from there.

        Raises:
            ValueError: there is no checkpoint of that step, or a later one is to be kept.
        """
        if step and step not in self.steps:
            raise _missing(step)
        if later := [kept for kept in self.kept if kept > step]:
            raise ValueError(
                f"The checkpoint of step {min(later)} is kept; stop keeping it before you go back further."
            )
        (self.folder / "finished.json").unlink(missing_ok=True)
        for entry in (self.folder / "checkpoints").iterdir():
            if not entry.name.isdigit() or int(entry.name) > step:
                shutil.rmtree(entry)
        for taken, path in self.samples():
            if taken > step:
                path.unlink()
        write_bytes(self.folder / "metrics.jsonl", self.curves_until(step))

    def _thin(self) -> None:
        """Keep the newest checkpoints and a few older ones, always dropping the one whose neighbours are nearest."""
        steps, kept = [0, *self.steps], self.kept
        while len(steps) - 1 - len(kept) > LATEST_KEPT + SPACED_KEPT:
            inner = [place for place in range(1, len(steps) - LATEST_KEPT) if steps[place] not in kept]
            victim = min(inner, key=lambda index: steps[index + 1] - steps[index - 1])
            self._drop(steps.pop(victim))

    def _drop(self, step: int) -> None:
        """Remove a checkpoint, unless it has come to be kept by now: a window may do so at any moment."""
        place = self.checkpoint(step)
        gone = place.rename(place.with_name(f"{place.name}.old"))
        if (gone / KEPT).exists():
            gone.rename(place)
        else:
            shutil.rmtree(gone)


def _missing(step: int) -> ValueError:
    return ValueError(f"There is no checkpoint of step {step}.")


def _line(metric: Metric) -> str:
    return json.dumps({"name": metric.name, "step": metric.step, "value": metric.value}) + "\n"


def _read_object(path: Path) -> dict[str, Any]:
    try:
        plain = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return plain if isinstance(plain, dict) else {}
