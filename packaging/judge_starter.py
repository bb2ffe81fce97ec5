"""Judge a starter again by what its recipe measures today: ``python3 packaging/judge_starter.py NAME --data DIR``.

Nothing is learned: the recipe starts from the finished weights, ends after no step, and writes its report. What was
judged takes the old judgement's place in ``resources/starters/NAME`` (report, cards, samples and their neighbours);
weights, curves, the values it was taught with and what was written by hand stay. It is refused where the weights do
not come back as they were. A starter taught by a script of its own says by ``judge(data, folder)`` how good it is.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import make_starter
from make_starter import ROOT

if TYPE_CHECKING:
    from studio.sdk import Evaluation

JUDGED = ("measures", "samples", "neighbours", "distributions", "strengths", "limits", "intended_use", "summary")
"""What a judgement says, in a report."""

SHOWN = re.compile(r"(sample|nearest|picture|made|training)-.*|samples\.png")
"""Files that show what was judged."""

LEARNED = re.compile(r"<h2>While it learned</h2>.*?(?=(<h2>[^<]*</h2>))", re.DOTALL)
"""What a report's page shows of the run; its samples are kept nowhere else."""

COMPUTED = "latents.safetensors"
"""What a recipe computes of its pictures with the finished network; no weights."""

SECTIONS = ("In plain words", "Strengths", "Limits", "Measured", "What it copied")
"""What a judgement says, in a model card."""


def main() -> int:
    """Judge, compare the weights, and put the judgement in place."""
    arguments = _arguments()
    module = make_starter.load(arguments.name)
    starter: Path = arguments.starter or ROOT / "resources" / "starters" / arguments.name
    if hasattr(module, "judge"):
        put_beside(starter, *module.judge(arguments.data, starter))
        return 0
    recipe: dict[str, Any] = module.RECIPE
    folder = make_starter.prepared(module, arguments.name, arguments.data, arguments.work / arguments.name)
    judged = arguments.work / f"{arguments.name}.judged"
    values = {**recipe.get("values", {}), "start_from": f"folder:{starter.resolve()}"}
    run = arguments.work / f"{arguments.name}.run"
    if code := make_starter.train(arguments, recipe, folder, run, judged, values, "--until", "0"):
        return code
    if other := different_weights(starter, judged):
        print(f"{other} did not come back as it was; nothing was changed.", file=sys.stderr)
        return 1
    measures = module.finish(folder, judged) if hasattr(module, "finish") else []
    put_in_place(starter, judged, [asdict(measure) for measure in measures or []])
    return 0


def put_beside(starter: Path, facts: dict[str, Any], evaluation: Evaluation) -> None:
    """Write card and report of a starter whose model card in words is written by hand and stays."""
    import studio
    from studio.teach.adopting import CARD
    from studio.teach.report import PAGE, rendered, report_of
    from studio.teach.report_reading import REPORT
    from studio.teach.runs import Run

    facts = {**facts, "studio": studio.__version__}
    report = report_of(facts, evaluation, Run(starter))
    card = {**facts, "facts": {}, "evaluation": asdict(evaluation)}
    for name, told in ((REPORT, report), (CARD, card)):
        (starter / name).write_text(json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n", "utf-8")
    (starter / PAGE).write_text(rendered(report, starter, None), "utf-8")


def different_weights(starter: Path, judged: Path) -> str:
    """The first file of the judged model's weights that the starter does not have byte for byte."""
    for path in sorted(judged.rglob("*.safetensors")):
        name = path.relative_to(judged)
        if path.name == COMPUTED:
            continue
        if not (starter / name).exists() or (starter / name).read_bytes() != path.read_bytes():
            return str(name)
    return ""


def put_in_place(starter: Path, judged: Path, measures: list[dict[str, Any]]) -> None:
    """Take over the judgement, with `measures` of the finished starter, and what shows it."""
    from studio.teach.adopting import CARD
    from studio.teach.model_card import write_model_card
    from studio.teach.report import PAGE, rendered
    from studio.teach.report_reading import REPORT, read_report
    from studio.teach.report_summary import summary_of

    new, report = read_report(judged), read_report(starter)
    report.update({name: new[name] for name in JUDGED})
    report["measures"] = [*report["measures"], *measures]
    report["summary"] = summary_of(report["measures"], report["neighbours"])
    card = json.loads((starter / CARD).read_text("utf-8"))
    evaluation = json.loads((judged / CARD).read_text("utf-8"))["evaluation"]
    card["evaluation"] = {**evaluation, "measures": report["measures"]}
    for path in starter.iterdir():
        if SHOWN.fullmatch(path.name):
            path.unlink()
    for path in judged.iterdir():
        if SHOWN.fullmatch(path.name):
            shutil.copy(path, starter / path.name)
    for name, told in ((REPORT, report), (CARD, card)):
        (starter / name).write_text(json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n", "utf-8")
    page = with_the_run_of((starter / PAGE).read_text("utf-8"), rendered(report, starter, None))
    (starter / PAGE).write_text(page, "utf-8")
    write_model_card(judged / "README.md", report)
    written = with_sections_of((starter / "README.md").read_text("utf-8"), (judged / "README.md").read_text("utf-8"))
    (starter / "README.md").write_text(written, "utf-8")


def with_the_run_of(old: str, page: str) -> str:
    """`page` with what the `old` one shows of the model while it learned, before the heading that followed it there."""
    learned = LEARNED.search(old)
    return page.replace(learned[1], learned[0] + learned[1], 1) if learned else page


def with_sections_of(card: str, judged: str) -> str:
    """`card` with the sections that tell the judgement taken from `judged`; the others stay as and where they are."""
    head, *parts = re.split(r"\n(?=## )", card)
    fresh = {_title(part): part.strip() for part in re.split(r"\n(?=## )", judged)[1:]}
    kept = [fresh[_title(part)] if _title(part) in SECTIONS and _title(part) in fresh else part.strip()
            for part in parts]  # fmt: skip
    return "\n\n".join([head.strip(), *kept]) + "\n"


def _title(section: str) -> str:
    return section.partition("\n")[0].removeprefix("## ").strip()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="a file of packaging/starters, without .py")
    parser.add_argument("--data", type=Path, required=True, help="folder with the open data")
    parser.add_argument("--work", type=Path, required=True, help="folder for prepared data and the judgement")
    parser.add_argument("--starter", type=Path, help="the model (default: resources/starters/NAME)")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads, 0 for as many as there are cores")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
