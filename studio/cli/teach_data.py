"""``studio teach data``: a folder becomes a dataset; and what datasets there are."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli import common, exits
from studio.sdk import UserError
from studio.sdk.datasets import DATASET_KINDS, Dataset

if TYPE_CHECKING:
    from studio.disk.home import Home

_SHOWN = 20
"""How many files of a long list are told; ``--json`` gives them all."""


def run(argv: Sequence[str]) -> int:
    """Prepare a dataset, or list, show and remove those that are there.

    A folder named like an action is meant by its path: ``studio teach data ./list``.
    """
    action = argv[0] if argv else ""
    if action in _ACTIONS:
        parse, act = _ACTIONS[action]
        arguments = parse().parse_args(argv[1:])
    else:
        arguments, act = _parser().parse_args(argv), _prepare
    return act(common.find_home(arguments), arguments)


def _parser() -> argparse.ArgumentParser:
    made = common.parser(
        "teach data",
        "Make a dataset of a folder of pictures, texts, MIDI files or 3D models. Nothing in the folder is changed."
        " Also: studio teach data list | show NAME | remove NAME.",
    )
    made.add_argument("folder", help="the folder with the files")
    made.add_argument("--name", default="", help="the dataset's name; by default the folder's")
    made.add_argument("--kind", choices=DATASET_KINDS, help="what it holds; by default what most files are")
    made.add_argument(
        "--caption-from",
        metavar="WHERE",
        default="auto",
        help="a captions file (.jsonl or .csv), or: names (of the files), sidecar (a .txt beside each file), none;"
        " auto tries captions.jsonl and its like, then sidecar, then names",
    )
    made.add_argument("--source-key", metavar="KEY", default="", help="what names the source in the captions file")
    made.add_argument(
        "--split-by",
        choices=("auto", "folder", "file"),
        default="auto",
        help="what stays together where no source is named: the files of a sub-folder, or nothing",
    )
    made.add_argument(
        "--held-out", metavar="SHARE", type=float, default=0.1, help="share kept for evaluation: 0 to 0.5"
    )
    made.add_argument("--no-mask", action="store_true", help="leave personal data in texts as it is")
    made.add_argument("--title", default="", help="a title for the card")
    made.add_argument("--licence", default="", help="under which licence the files are")
    made.add_argument("--consent", default="", help="who agreed to their use")
    return made


def _prepare(home: Home, arguments: argparse.Namespace) -> int:
    from studio.teach.datasets import CAPTIONS, Options, prepare

    captions = arguments.caption_from
    if captions not in CAPTIONS:
        captions = _captions_file(captions, common.expanded(arguments.folder))
    options = Options(
        captions=captions,
        source_key=arguments.source_key,
        split_by=arguments.split_by,
        held_out=arguments.held_out,
        mask=not arguments.no_mask,
        title=arguments.title,
        licence=arguments.licence,
        consent=arguments.consent,
    )
    dataset = prepare(
        common.expanded(arguments.folder),
        home.datasets,
        name=arguments.name,
        kind=arguments.kind,
        options=options,
        progress=_progress(arguments),
    )
    return _say(dataset, arguments)


def _captions_file(written: str, folder: Path) -> str:
    """The captions file that was named: as seen from here, or from the folder."""
    here = common.expanded(written).absolute()
    inside = folder / written
    for path in (here, inside):
        if path.is_file():
            return str(path.absolute())
    raise UserError(f"There is no captions file “{written}”.", hint="Name a file, or: auto, names, sidecar, none.")


def _progress(arguments: argparse.Namespace) -> Callable[[int, int], None]:
    if common.wants_json(arguments) or not sys.stderr.isatty():
        return lambda _done, _total: None
    from tqdm import tqdm

    bar = tqdm(total=0, file=sys.stderr, leave=False, unit=" files")

    def tell(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return tell


def _named(command: str, summary: str) -> argparse.ArgumentParser:
    made = common.parser(f"teach data {command}", summary)
    made.add_argument("name", help="the dataset's name")
    return made


def _list(home: Home, arguments: argparse.Namespace) -> int:
    from studio.teach.datasets_keeping import find, names

    rows, plain, damaged = [], [], False
    for name in names(home.datasets):
        try:
            dataset = find(home.datasets, name)
        except (UserError, OSError) as error:
            damaged = True
            common.warn(error.message if isinstance(error, UserError) else f"{name}: {error.strerror}.")
            continue
        plain.append(_plain(dataset))
        rows.append(
            [name, dataset.kind, common.counted(len(dataset.items), "file"), str(dataset.card.get("title", ""))]
        )
    if common.wants_json(arguments):
        common.print_json(plain)
    else:
        common.print_lines(common.table(rows))
    return exits.FOUND_WRONG if damaged else exits.OK


def _show(home: Home, arguments: argparse.Namespace) -> int:
    from studio.teach.datasets_keeping import find

    return _say(find(home.datasets, arguments.name), arguments)


def _remove(home: Home, arguments: argparse.Namespace) -> int:
    from studio.teach.datasets_keeping import remove

    remove(home.datasets, arguments.name)
    if common.wants_json(arguments):
        common.print_json({"removed": arguments.name})
    else:
        common.print_lines(
            [f"The dataset “{arguments.name}” is removed. The files it was made of are where they were."]
        )
    return exits.OK


def _plain(dataset: Dataset) -> dict[str, Any]:
    return {"name": dataset.name, "kind": dataset.kind, "digest": dataset.digest, "path": str(dataset.folder)}


def _say(dataset: Dataset, arguments: argparse.Namespace) -> int:
    card = dataset.card
    if common.wants_json(arguments):
        common.print_json({**_plain(dataset), "card": dict(card)})
        return exits.OK
    rows = [["name", dataset.name], ["kind", dataset.kind], ["kept in", str(dataset.folder)]]
    rows += [[label, str(card[key])] for key, label in _FACTS.items() if card.get(key) not in (None, "")]
    common.print_lines(common.table(rows))
    for title, (key, sentence) in _LISTS.items():
        _say_list(title, [sentence.format_map(defaultdict(str, entry)) for entry in _entries(card.get(key))])
    return exits.OK


def _entries(listed: Any) -> list[dict[str, Any]]:
    """The entries of one of the card's lists; a manifest from elsewhere may hold anything."""
    entries = listed if isinstance(listed, list) else []
    return [entry if isinstance(entry, dict) else {"why": entry} for entry in entries]


def _say_list(title: str, sentences: Sequence[str]) -> None:
    if sentences:
        more = [f"  … and {len(sentences) - _SHOWN:,} more (--json lists all)"] if len(sentences) > _SHOWN else []
        common.print_lines([f"{title}: {len(sentences):,}", *(f"  {one}" for one in sentences[:_SHOWN]), *more])


_FACTS = {
    "title": "title",
    "licence": "licence",
    "consent": "consent",
    "folder": "made of",
    "created": "created",
    "files": "files",
    "held_out": "held out",
    "sources": "sources",
    "captioned": "with a caption",
    "captions_file": "captions from",
}
_LISTS = {
    "left out": ("left_out", "{why}"),
    "masked": ("masked", "{file}: {kind} × {count}"),
    "nearly the same": ("near_duplicates", "{file} and {like}"),
    "captions": ("caption_problems", "{why}"),
}
"""What is told of a card's lists: the list's key, and how each of its entries is told."""
_ACTIONS: dict[str, tuple[Callable[[], argparse.ArgumentParser], Callable[..., int]]] = {
    "list": (lambda: common.parser("teach data list", "The datasets that are there."), _list),
    "show": (lambda: _named("show", "What a dataset holds, what was left out and what was masked."), _show),
    "remove": (lambda: _named("remove", "Remove a dataset. The files it was made of stay."), _remove),
}
