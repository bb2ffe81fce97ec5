"""``studio library``: what was made, and what to do with it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli import common, exits
from studio.sdk import UserError

if TYPE_CHECKING:
    from studio.disk.home import Home
    from studio.library.items import Item
    from studio.library.library import Library

MOST_LISTED = 2**31
"""A larger `--limit` is as good as none."""


def run(argv: Sequence[str]) -> int:
    """Run one of the library's commands."""
    arguments = _parser().parse_args(_tags_last(argv))
    home = common.find_home(arguments)
    with common.open_library(home) as library:
        act: Callable[[Library, argparse.Namespace, Home], int] = _ACTIONS[arguments.action]
        return act(library, arguments, home)


def _tags_last(argv: Sequence[str]) -> list[str]:
    """The words of ``tag ITEM blue -winter --json`` with options first and ``-winter`` marked as no option."""
    if argv[:1] != ["tag"]:
        return list(argv)
    options, words, rest = [], [], list(argv[1:])
    while rest:
        word = rest.pop(0)
        if word == "--library" and rest:
            options += [word, rest.pop(0)]
        elif word.startswith("--") or word == "-h":
            options.append(word)
        else:
            words.append(f"{_REMOVE}{word[1:]}" if word.startswith("-") else word)
    return ["tag", *options, *words]


_REMOVE = "\0"


def _parser() -> argparse.ArgumentParser:
    made = common.parser("library", "List, search and look after what was made.")
    actions = made.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, summary: str, *, item: bool = False) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=summary, description=summary)
        common.add_common(added)
        if item:
            added.add_argument("item", help="an item's id, the beginning of it, or its path")
        return added

    for name, summary in (
        ("list", "the latest items"),
        ("search", "items that a query finds; see: studio help search"),
    ):
        added = action(name, summary)
        if name == "search":
            added.add_argument("query", nargs="+")
        added.add_argument("--limit", type=int, default=50)
        added.add_argument("--sort", choices=["newest", "oldest", "rating", "title"], default="newest")
    action("show", "everything known of an item", item=True)
    action("rate", "rate an item 0 to 5", item=True).add_argument("rating", type=int)
    action("tag", "add tags; -WORD removes one", item=True).add_argument("tags", nargs="+")
    action("favourite", "mark as a favourite", item=True).add_argument("--off", action="store_true")
    action("rename", "give another title", item=True).add_argument("title")
    action("trash", "put into the trash", item=True)
    action("restore", "take out of the trash", item=True)
    action("empty-trash", "delete what is in the trash for good").add_argument("--yes", action="store_true")
    exported = action("export", "write an item's file elsewhere", item=True)
    exported.add_argument("target", help="a file, whose ending chooses the format, or a folder/")
    exported.add_argument("--strip", action="store_true", help="leave prompt, seed and all private data out")
    action("import", "copy a file from outside into the library").add_argument("file", type=Path)
    action("recreate", "make an item again: same values, same seed", item=True)
    action("variations", "make it again with other seeds", item=True).add_argument("--count", type=int, default=4)
    action("rebuild", "make the index anew from the files")
    action("verify", "compare every file with its record")
    action("stats", "how many items of which kind")
    return made


def _list(library: Library, arguments: argparse.Namespace, _home: Home) -> int:
    from studio.library.search import QueryError

    query = " ".join(getattr(arguments, "query", ()))
    if arguments.limit < 1:
        raise UserError("--limit must be at least 1.")
    try:
        items = library.search(query, min(arguments.limit, MOST_LISTED), arguments.sort)
    except QueryError as error:
        raise UserError(f"{error.message} (at character {error.position + 1} of “{query}”)") from error
    return _say_items(library, items, arguments)


def _say_items(library: Library, items: Iterable[Item], arguments: argparse.Namespace) -> int:
    items = list(items)
    if common.wants_json(arguments):
        common.print_json([_plain(library, item) for item in items])
    else:
        rows = [[item.id, item.created[:10], item.kind, "★" * item.rating, item.title] for item in items]
        common.print_lines(common.table(rows))
    return exits.OK


def _plain(library: Library, item: Item) -> dict[str, Any]:
    return {**item.to_json(), "path": str(library.store.path(item))}


def _show(library: Library, arguments: argparse.Namespace, _home: Home) -> int:
    item = library.resolve(arguments.item)
    parents, children = library.parents(item.id), library.children(item.id)
    if common.wants_json(arguments):
        lineage = {"parents": [parent.id for parent in parents], "children": [child.id for child in children]}
        common.print_json({**_plain(library, item), **lineage})
        return exits.OK
    origin = item.origin
    rows = [["title", item.title], ["id", item.id], ["kind", item.kind], ["created", item.created],
            ["file", str(library.store.path(item))], ["size", f"{item.bytes:,} bytes"]]  # fmt: skip
    rows += [[name.replace("_", " "), str(value)] for name, value in item.facts.items()]
    if origin is not None and origin.generator:
        rows += [["generator", f"{origin.generator_title} ({origin.generator})"], ["seed", str(origin.seed)]]
        rows += [[f"  {name}", str(value)] for name, value in origin.values.items()]
    rows += [["rating", "★" * item.rating or "none"], ["tags", ", ".join(item.tags) or "none"]]
    rows += [["favourite", "yes" if item.favourite else "no"]]
    rows += [["parent", f"{parent.title} ({parent.id})"] for parent in parents]
    there = {parent.id for parent in parents}
    rows += [
        ["parent", f"{parent.name} ({f'deleted: {parent.item}' if parent.item else 'a file from outside'})"]
        for parent in item.parents
        if parent.item not in there
    ]
    rows += [["child", f"{child.title} ({child.id})"] for child in children]
    if item.is_trashed:
        rows.append(["trashed", item.trashed])
    common.print_lines(common.table([[name, value.replace("\n", " ")] for name, value in rows]))
    return exits.OK


def _changing(change: Callable[[Library, Item, argparse.Namespace], Item]) -> Callable[..., int]:
    def act(library: Library, arguments: argparse.Namespace, _home: Home) -> int:
        return _say_items(library, [change(library, library.resolve(arguments.item), arguments)], arguments)

    return act


def _tag(library: Library, item: Item, arguments: argparse.Namespace) -> Item:
    removed = [word.removeprefix(_REMOVE) for word in arguments.tags if word.startswith(_REMOVE)]
    return library.tag(item.id, [word for word in arguments.tags if not word.startswith(_REMOVE)], removed)


def _empty_trash(library: Library, arguments: argparse.Namespace, _home: Home) -> int:
    count = int(library.stats()["trashed"])
    if not arguments.yes:
        raise UserError(f"This would delete {common.counted(count, 'item')} for good.", hint="Say so with --yes.")
    library.empty_trash()
    return _say({"deleted": count}, arguments)


def _export(library: Library, arguments: argparse.Namespace, _home: Home) -> int:
    from studio.cli.target import check_folder_of

    item = library.resolve(arguments.item)
    target = common.place(arguments.target, "export")
    if arguments.target.endswith(("/", "\\")):
        target.mkdir(parents=True, exist_ok=True)
    elif not target.is_dir():
        check_folder_of(target)
    path = library.export(item.id, target, strip=arguments.strip)
    common.print_json({"file": str(path)}) if common.wants_json(arguments) else common.print_lines([str(path)])
    return exits.OK


def _import(library: Library, arguments: argparse.Namespace, _home: Home) -> int:
    return _say_items(library, [library.import_file(arguments.file)], arguments)


def _again(library: Library, arguments: argparse.Namespace, home: Home) -> int:
    from studio.cli import again

    item = library.resolve(arguments.item)
    return again.run(home, library, item, getattr(arguments, "count", None), arguments)


def _rebuild(library: Library, arguments: argparse.Namespace, _home: Home) -> int:
    report = library.rebuild(_told(arguments))
    for path, sentence in report.damaged:
        common.warn(f"{path}: {sentence}")
    for path in report.orphans:
        common.warn(f"{path} has no record and was left alone.")
    for path in report.missing:
        common.warn(f"{path}: the file of this record is missing.")
    wrong = bool(report.damaged or report.missing)
    _say({"items": report.items, "restored": len(report.restored), "orphans": len(report.orphans),
          "damaged": len(report.damaged), "missing": len(report.missing)}, arguments)  # fmt: skip
    return exits.FOUND_WRONG if wrong else exits.OK


def _verify(library: Library, arguments: argparse.Namespace, _home: Home) -> int:
    report = library.verify(_told(arguments))
    found = {
        "changed": [str(path) for path in report.changed],
        "missing": [str(path) for path in report.missing],
        "damaged": [f"{path}: {sentence}" for path, sentence in report.damaged],
        "doubled": [f"{first} and {second} have the same id" for first, second in report.doubled],
        "unindexed": report.unindexed,
        "gone": report.gone,
        "index": report.index,
    }
    wrong = any(found.values())
    if common.wants_json(arguments):
        common.print_json({"checked": report.checked, **found})
    else:
        common.print_lines(
            [f"{common.counted(report.checked, 'item')} checked, {'problems found:' if wrong else 'all as recorded.'}"]
        )
        common.print_lines(f"  {name}: {entry}" for name, entries in found.items() for entry in entries)
    return exits.FOUND_WRONG if wrong else exits.OK


def _stats(library: Library, arguments: argparse.Namespace, _home: Home) -> int:
    return _say(library.stats(), arguments)


def _say(facts: dict[str, Any], arguments: argparse.Namespace) -> int:
    if common.wants_json(arguments):
        common.print_json(facts)
        return exits.OK
    rows = []
    for name, value in facts.items():
        told = ", ".join(f"{count} {kind}" for kind, count in value.items()) if isinstance(value, dict) else str(value)
        rows.append([name.replace("_", " "), told or "none"])
    common.print_lines(common.table(rows))
    return exits.OK


def _told(arguments: argparse.Namespace) -> Callable[[int, int], None] | None:
    """A progress bar on a terminal."""
    if common.wants_json(arguments) or not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    bar = tqdm(total=0, file=sys.stderr, leave=False, unit=" files")

    def tell(done: int, total: int) -> None:
        bar.total = total or None
        bar.n = done
        bar.refresh()

    return tell


_ACTIONS: dict[str, Callable[..., int]] = {
    "list": _list,
    "search": _list,
    "show": _show,
    "rate": _changing(lambda library, item, arguments: library.rate(item.id, arguments.rating)),
    "tag": _changing(_tag),
    "favourite": _changing(lambda library, item, arguments: library.favourite(item.id, on=not arguments.off)),
    "rename": _changing(lambda library, item, arguments: library.rename(item.id, arguments.title)),
    "trash": _changing(lambda library, item, _: library.trash(item.id)),
    "restore": _changing(lambda library, item, _: library.restore(item.id)),
    "empty-trash": _empty_trash,
    "export": _export,
    "import": _import,
    "recreate": _again,
    "variations": _again,
    "rebuild": _rebuild,
    "verify": _verify,
    "stats": _stats,
}
