"""Make one of the models the studio ships with: ``python3 packaging/make_starter.py NAME --data DIR --out DIR``.

``packaging/starters/NAME.py`` says how: ``prepare(data, folder)`` turns the open data into a dataset folder (files and
``captions.jsonl``, or a finished ``dataset.json``), and ``RECIPE`` is a dict: ``trainer`` (``module:Class``), ``kind``
(of the dataset), ``values`` (parameters), ``seed``, ``card`` (of the dataset: title, licence …) and ``credits``
(Markdown for the model card). A recipe taught in several runs lists their steps as ``stages``; each goes on from the
model of the one before, with optimizer and learning rate begun anew. Where there is a ``finish(folder, out)`` it adds
to the finished model what else its generators need, and may give back measures, which join the report and the cards.
Where there is a ``starters/NAME.md``, it is the beginning of the model card, written by hand; what the trainer measured
follows it. Training runs without the window and goes on where it stopped when the same command is given again.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(ROOT / "packaging" / "starters")]

MOST_BYTES = 16 * 10**6
"""Largest weights of a starter: what a download of the studio can carry."""

HELD_OUT = 0.1
"""Share of the sources that training never sees."""


def main() -> int:
    """Prepare the data, train, add the credits, check the size."""
    arguments = _arguments()
    module = load(arguments.name)
    if hasattr(module, "make"):  # by a script of its own
        work = arguments.work or arguments.out.with_name(arguments.out.name + ".work")
        return module.make(arguments.data, arguments.out, work, arguments.threads) or check_size(arguments.out)
    recipe: dict[str, Any] = module.RECIPE
    work = arguments.work or arguments.out.with_name(arguments.out.name + ".work")
    folder = prepared(module, arguments.name, arguments.data, work / arguments.name)
    given = dict(pair.split("=", 1) for pair in arguments.set)
    for run, model, values in runs_of(recipe, given, work, arguments.out):
        if model != arguments.out and model.exists():
            continue  # it was finished before this command was stopped
        if code := train(arguments, recipe, folder, run, model, values):
            return code
    if hasattr(module, "finish"):
        add_measures(arguments.out, work / "run", module.finish(folder, arguments.out) or [])
    introduce(arguments.out, Path(__file__).with_name("starters") / f"{arguments.name}.md")
    give_credit(arguments.out, recipe)
    return check_size(arguments.out)


def runs_of(
    recipe: dict[str, Any], given: dict[str, str], work: Path, out: Path
) -> Iterator[tuple[Path, Path, dict[str, Any]]]:
    """Folder, model and values of each run that makes a starter; a number of steps that is given makes it one run."""
    values = dict(recipe.get("values", {}))
    stages = () if "steps" in given else recipe.get("stages", ())
    for number, steps in enumerate(stages[:-1], 1):
        model = work / f"model-{number}"
        yield work / f"run-{number}", model, {**values, "steps": steps, **given}
        values["start_from"] = f"folder:{model.resolve()}"
    yield work / "run", out, {**values, **({"steps": stages[-1]} if stages else {}), **given}


def train(
    arguments: argparse.Namespace,
    recipe: dict[str, Any],
    folder: Path,
    run: Path,
    model: Path,
    values: dict[str, Any],
    *words: str,
) -> int:
    """One run of the recipe, from the dataset in `folder` to the folder `model`; returns its exit code."""
    command = [
        sys.executable, "-m", "studio.engine.worker.solo", recipe["trainer"], "--data", str(folder),
        "--run", str(run), "--model", str(model), "--seed", str(recipe.get("seed", 0)),
        "--title", recipe.get("title", arguments.name), "--threads", str(arguments.threads), *words,
    ]  # fmt: skip
    for name, value in values.items():
        command += ["--set", f"{name}={value}"]
    print(" ".join(command), flush=True)
    paths = os.pathsep.join([str(ROOT), str(ROOT / "plugins"), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": paths}, check=False).returncode


def load(name: str) -> ModuleType:
    """The module ``starters/NAME.py``, which is no package of the studio's."""
    path = Path(__file__).with_name("starters") / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"starter_{name}", path)
    if spec is None or spec.loader is None or not path.exists():
        raise SystemExit(f"There is no starter called {name}.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def prepared(module: ModuleType, name: str, data: Path, folder: Path) -> Path:
    """The dataset's folder with its manifest; made only once, so that a second start goes on with the same data."""
    if not (folder / "dataset.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        module.prepare(data, folder)
    if not (folder / "dataset.json").exists():
        write_manifest(folder, name, module.RECIPE)
    return folder


def write_manifest(folder: Path, name: str, recipe: dict[str, Any]) -> None:
    """Write ``dataset.json`` for the files that ``captions.jsonl`` names.

    Lines hold ``file``, ``caption``, and optionally ``source`` (what must stay on one side of the split) and
    ``held_out``. Where no line says what is held out, a hash of the source decides.
    """
    from studio.sdk import Dataset, DatasetItem

    lines = [json.loads(line) for line in (folder / "captions.jsonl").read_text("utf-8").splitlines() if line]
    told = any("held_out" in line for line in lines)
    items = []
    for line in lines:
        path = folder / line["file"]
        source = str(line.get("source", line["file"]))
        out = bool(line.get("held_out")) if told else _draw(source) < HELD_OUT
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        items.append(DatasetItem(path, str(line.get("caption", "")), source, out, digest))
    whole = hashlib.sha256(json.dumps([[i.sha256, i.caption, i.held_out] for i in items]).encode()).hexdigest()
    dataset = Dataset(name, recipe["kind"], folder, tuple(items), whole, dict(recipe.get("card", {})))
    (folder / "dataset.json").write_text(json.dumps(dataset.to_json(), ensure_ascii=False), "utf-8")


def _draw(source: str) -> float:
    """A number in [0, 1) that depends on `source` alone."""
    return int.from_bytes(hashlib.sha256(source.encode()).digest()[:6], "big") / 2**48


def add_measures(out: Path, run: Path, measures: list[Any]) -> None:
    """Add figures that only the finished starter allows to its report and its cards, in place of older ones."""
    from studio.teach.adopting import CARD
    from studio.teach.model_card import write_model_card
    from studio.teach.report import PAGE, rendered
    from studio.teach.report_reading import REPORT, read_report
    from studio.teach.report_summary import summary_of
    from studio.teach.runs import Run

    if not measures:
        return
    report, card = read_report(out), json.loads((out / CARD).read_text("utf-8"))
    names = {measure.name for measure in measures}
    for told in (report, card["evaluation"]):
        kept = [one for one in told["measures"] if one["name"] not in names]
        told["measures"] = [*kept, *map(asdict, measures)]
    report["summary"] = summary_of(report["measures"], report["neighbours"])
    for name, told in ((REPORT, report), (CARD, card)):
        (out / name).write_text(json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n", "utf-8")
    (out / PAGE).write_text(rendered(report, out, Run(run)), "utf-8")
    write_model_card(out / "README.md", report)


KEPT = {"Measured": "Measured by the trainer", "What it copied": "What it copied", "Made": "Made"}
"""Sections of a trainer's model card that stand behind a hand-written one, and what they are called there."""


def introduce(out: Path, about: Path) -> None:
    """Begin the model card in words with what was written by hand, where there is such a file."""
    if not about.exists():
        return
    card = out / "README.md"
    sections = dict(part.partition("\n")[::2] for part in card.read_text("utf-8").split("\n## ")[1:])
    kept = [f"## {title}\n{sections[name].rstrip()}" for name, title in KEPT.items() if name in sections]
    card.write_text("\n\n".join([about.read_text("utf-8").strip(), *kept]) + "\n", "utf-8")


def give_credit(out: Path, recipe: dict[str, Any]) -> None:
    """Add whose work the model learned from to the model card in words."""
    credits = recipe.get("credits", "").strip()
    card = out / "README.md"
    written = card.read_text("utf-8") if card.exists() else ""
    if credits and credits not in written:
        card.write_text(f"{written.rstrip()}\n\n## Data\n\n{credits}\n", "utf-8")


def check_size(out: Path) -> int:
    """1, with a sentence, when the weights are larger than a starter may be."""
    size = sum(path.stat().st_size for path in out.rglob("*.safetensors"))
    print(f"{out}: {size / 1e6:.1f} MB of weights")
    if size > MOST_BYTES:
        print(f"A starter may have {MOST_BYTES / 1e6:.0f} MB.", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="a file of packaging/starters, without .py")
    parser.add_argument("--data", type=Path, required=True, help="folder with the open data")
    parser.add_argument("--out", type=Path, required=True, help="folder for the finished model")
    parser.add_argument("--work", type=Path, help="folder for prepared data and checkpoints (default: OUT.work)")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads, 0 for as many as there are cores")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="instead of the recipe's")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
