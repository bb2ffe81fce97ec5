"""A model of a checkpoint: a run of its own that has all another had learnt by then, and only has to end there."""

from __future__ import annotations

import hashlib
import shutil
import time
from pathlib import Path

from studio.disk.durable import sync_file, sync_folder, write_bytes, write_json
from studio.teach.runs import KEPT, Run


def branch_name(run: str, step: int) -> str:
    """The name of the run that ends after a checkpoint of the run `run`."""
    return hashlib.sha256(f"{run} until {step}".encode("ascii")).hexdigest()[:16]


def branch_off(run: Run, step: int, place: Path) -> None:
    """Make the run that ends after a checkpoint of another, which stays as it is; nothing where it is there already.

    Args:
        run: the other, which may be training now.
        step: of the checkpoint.
        place: the new run's folder; its lock is held.

    Raises:
        ValueError: there is no checkpoint of that step.
        OSError: the disk refuses.
    """
    if (place / "run.json").exists():
        return
    shutil.rmtree(place, ignore_errors=True)  # what a crash left of it
    source, target = run.checkpoint(step), Run(place).checkpoint(step)
    target.mkdir(parents=True)
    (place / "samples").mkdir()
    try:
        for file in sorted(source.iterdir()):
            if file.name != KEPT:
                _take_over(file, target / file.name)
    except FileNotFoundError:  # a training that goes on may thin it out meanwhile
        shutil.rmtree(place)
        raise ValueError(f"There is no checkpoint of step {step}.") from None
    sync_folder(target)
    for file in sorted((run.folder / "samples").iterdir()):
        taken = file.name.removeprefix("picture-")[:8]
        if taken.isdigit() and int(taken) <= step:
            _take_over(file, place / "samples" / file.name)
    write_bytes(place / "metrics.jsonl", run.curves_until(step))
    # Last: with it the folder counts as a run.
    write_json(place / "run.json", {**run.facts, "until": step, "created": time.time()})


def _take_over(file: Path, place: Path) -> None:
    """Link a file that nobody writes to any more; copy it where the disk has no links."""
    try:
        place.hardlink_to(file)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(file, place)
        sync_file(place)
