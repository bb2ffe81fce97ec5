"""The starter ``storyteller``: a small language model that writes tales, verse and scenes of plays.

It is taught by a script of its own, `studio_text.training.train_storyteller`, since how much it reads of each kind
changes on the way; `make` runs it, and `judge` says how good the finished model is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio.sdk import Evaluation

ROOT = Path(__file__).resolve().parents[2]

TEXTS = 20
"""Texts of each kind that are written to be compared with what it read."""

NAMES = {"tale": "tales", "poem": "poems", "play": "plays"}


def make(data: Path, out: Path, work: Path, threads: int) -> int:
    """Teach it in `work`, or go on from there, and copy the finished model to `out`; returns the exit code."""
    command = [sys.executable, "-m", "studio_text.training.train_storyteller", "--data", str(data), "--out", str(work)]
    command += ["--threads", str(threads)] if threads else []
    paths = os.pathsep.join([str(ROOT), str(ROOT / "plugins"), os.environ.get("PYTHONPATH", "")])
    code = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": paths}, check=False).returncode
    if not code:
        shutil.copytree(work / "model", out, dirs_exist_ok=True)
    return code


def judge(data: Path, folder: Path) -> tuple[dict[str, Any], Evaluation]:
    """What the card says of the model in `folder`, and how good it is."""
    from studio.sdk import Evaluation, Measure
    from studio_text.decoding import LoadedModel
    from studio_text.training import evaluate_storyteller as judging
    from studio_text.training.corpus import KINDS, read_corpus, split
    from studio_text.training.train_storyteller import Plan

    loaded = LoadedModel(folder, "cpu")
    training, held_out = split(read_corpus(data))
    bits = judging.bits_per_byte(loaded, training, held_out)
    copied = judging.copying(loaded, training, held_out, TEXTS)
    measures = [
        measure
        for kind in KINDS
        for measure in (
            Measure(f"bits per byte of {NAMES[kind]}", bits[kind]["network"], bits[kind]["five_gram"],
                    "Kneser-Ney 5-gram", "lower", "How surprised the model is by texts it has not seen."),
            Measure(f"runs of 8 words copied in {NAMES[kind]}", copied[kind]["copy_rate"],
                    copied[kind]["copy_rate_of_held_out_texts"], "new texts by people", "lower",
                    "Share of what it wrote that stands word for word in its training texts."),
            Measure(f"longest copied run in {NAMES[kind]}", float(copied[kind]["longest_copied_run"]["words"]), None,
                    "", "lower", "Words in a row that stand in a training text."),
        )
    ]  # fmt: skip
    evaluation = Evaluation(
        measures=tuple(measures),
        samples=tuple(judging.write(loaded, kind, "", 120, 0).strip() for kind in KINDS),
        strengths=("It keeps the tone of old tales, verse and plays from line to line.",),
        limits=("It forgets who is who after a few paragraphs, and its plots lead nowhere in particular.",
                "It knows the English of its books, which ends with 1955 at the latest, and what people thought then."),
        intended_use="Beginnings, moods and images to go on from by hand; texts for practice.",
    )  # fmt: skip
    plan = asdict(Plan())
    facts = {
        "title": "Storyteller",
        "family": "text.storyteller",
        "recipe": "studio.text.train-storyteller",
        "version": 1,
        "values": {name: list(value) if isinstance(value, tuple) else value for name, value in plan.items()},
        "seed": plan["seed"],
        "dataset": {"title": "Tales, poems and plays", "licence": "Apache-2.0; public domain",
                    "files": len(training), "held_out": len(held_out)},
    }  # fmt: skip
    return facts, evaluation
