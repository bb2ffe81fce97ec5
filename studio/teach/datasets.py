"""From a folder of pictures, texts, MIDI files or 3D models to a prepared dataset; sources are never changed.

`prepare` looks into every file, leaves out what cannot be used with one sentence each, finds captions, masks personal
data, and decides what is held out of training. What comes out is a `studio.sdk.Dataset` on the disk.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.disk.durable import sync_file, sync_folder, write_json
from studio.sdk.datasets import DATASET_KINDS, MANIFEST, TEXTS, Dataset, DatasetItem
from studio.sdk.errors import Cancelled, UserError
from studio.teach.datasets_captions import CAPTION_FILES, Captions, find_captions, read_captions
from studio.teach.datasets_collecting import Collection, add_masked
from studio.teach.datasets_examining import ENDINGS, NAMES, LeftOut, examine, hash_file, kind_of
from studio.teach.datasets_keeping import check_name, free_name, remove_left_behind, renew, staging_name
from studio.teach.datasets_texts import Copies, Piece, hash_text, is_about_the_folder, passages, pieces
from studio.teach.datasets_walk import Found, walk

if TYPE_CHECKING:
    from studio.teach.personal_data import Finding

MOST_FILES = 1_000_000
CAPTIONS = ("auto", "names", "sidecar", "none")
"""Where captions come from, unless a file is named: *auto* takes a captions file, then texts beside the files, then
the files' names."""
SOURCES = ("auto", "folder", "file")


@dataclass(frozen=True, slots=True)
class Options:
    """How to prepare a dataset.

    Attributes:
        captions: one of `CAPTIONS`, or the path of a captions file.
        source_key: key of the captions file (or of the records of a ``.jsonl``) that names a work's source.
        split_by: what a source is where no record says: the sub-folder, each file, or whichever makes sense.
        held_out: share of the files kept for evaluation, 0…0.5.
        mask: whether personal data in texts is masked.
        smallest_side: shorter side a picture needs, pixels.
        shortest_text: letters and digits a text needs.
        title, licence, consent: for the card.
    """

    captions: str = "auto"
    source_key: str = ""
    split_by: str = "auto"
    held_out: float = 0.1
    mask: bool = True
    smallest_side: int = 16
    shortest_text: int = 4
    title: str = ""
    licence: str = ""
    consent: str = ""


Progress = Callable[[int, int], None]
"""Told how many files are done, of how many."""


def prepare(
    folder: Path,
    destination: Path,
    *,
    name: str = "",
    kind: str | None = None,
    options: Options | None = None,
    progress: Progress = lambda _done, _total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Dataset:
    """Make a dataset of what lies in a folder.

    Args:
        folder: the artist's folder; nothing in it is changed.
        destination: where datasets are kept (`Home.datasets`).
        name: of the dataset; by default the folder's.
        kind: one of `DATASET_KINDS`; None takes what most files are.
        options: how.
        progress: told after every file.
        cancelled: asked before every file.

    Raises:
        UserError: there is nothing to learn from, a dataset of that name is there, or an option is wrong.
        Cancelled: `cancelled` said so; nothing is left behind.
        OSError: the dataset cannot be written; nothing is left behind.
    """
    options = options or Options()
    folder = _checked_folder(folder)
    _check(options, kind)
    name = check_name(name) if name else free_name(folder.name, destination)
    if (destination / name).exists():
        raise UserError(f"There is already a dataset “{name}”.", param="name", hint="Give another name.")

    def check() -> None:
        if cancelled():
            raise Cancelled

    found = _found(folder, destination, check)
    kind = kind or _most_common(found)
    captions = _captions(folder, options)
    with _staged(destination, name) as staging:
        collection = Collection(folder, found, kind, captions, options)
        _collect(collection, found, staging, destination / name, check, progress)
        dataset = collection.dataset(name, destination / name)
        write_json(staging / MANIFEST, dataset.to_json())
    return dataset


def set_captions(dataset: Dataset, captions: dict[int, str]) -> Dataset:
    """Give items other captions, as typed in a grid, and keep the dataset; personal data is masked as when it was made.

    Args:
        dataset: it.
        captions: by index into `Dataset.items`.

    Raises:
        OSError: the manifest cannot be written; the old one is still there.
    """
    items, found = list(dataset.items), Counter[tuple[str, str]]()
    for index, typed in captions.items():
        caption = " ".join(typed.split())
        if dataset.card.get("masking"):
            caption, findings = _mask(caption)
            found.update((_name_of(items[index], dataset), finding.kind) for finding in findings)
        items[index] = replace(items[index], caption=caption)
    card = {**dataset.card, "captioned": sum(bool(item.caption) for item in items)}
    if found:
        card["masked"] = add_masked(card.get("masked"), found)
    changed = renew(replace(dataset, items=tuple(items), card=card))
    write_json(dataset.folder / MANIFEST, changed.to_json())
    return changed


def _name_of(item: DatasetItem, dataset: Dataset) -> str:
    """What the card calls the file of an item: its path in the folder that the dataset was made of."""
    folder = Path(str(dataset.card.get("folder") or dataset.folder))
    return item.path.relative_to(folder).as_posix() if item.path.is_relative_to(folder) else item.path.name


def _checked_folder(folder: Path) -> Path:
    try:
        folder = folder.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise UserError(f"There is no folder “{folder}”.", param="folder") from error
    if not folder.is_dir():
        raise UserError(f"“{folder}” is no folder.", param="folder", hint="Name the folder the files lie in.")
    return folder


def _check(options: Options, kind: str | None) -> None:
    if kind is not None and kind not in DATASET_KINDS:
        raise UserError(f"“{kind}” is no kind of dataset.", param="kind", hint=f"Kinds: {', '.join(DATASET_KINDS)}.")
    if not 0 <= options.held_out <= 0.5:
        raise UserError("The share to hold out must lie between 0 and 0.5.", param="held_out")
    if options.split_by not in SOURCES:
        raise UserError(f"“{options.split_by}” is no way to split.", hint=f"Ways: {', '.join(SOURCES)}.")


def _found(folder: Path, destination: Path, check: Callable[[], None]) -> list[Found]:
    found: list[Found] = []
    for one in walk(folder, frozenset({destination.resolve()}), check):
        found.append(one)
        if len(found) > MOST_FILES:
            raise UserError(f"“{folder}” holds more than {MOST_FILES:,} files.", param="folder")
    if not found:
        raise UserError(f"“{folder}” is empty: there is nothing to learn from.", param="folder")
    return found


def _most_common(found: list[Found]) -> str:
    """The kind of most files. Texts beside pictures of the same name are their captions."""
    stems = {one.name.rpartition(".")[0] for one in found if kind_of(one.name) not in (None, "text")}
    kinds = Counter(
        kind
        for one in found
        if not one.problem
        and (kind := kind_of(one.name))
        and one.name not in CAPTION_FILES
        and not (kind == "text" and (one.name.rpartition(".")[0] in stems or is_about_the_folder(one.name)))
    )
    if not kinds:
        endings = " ".join(ending for endings in ENDINGS.values() for ending in endings)
        raise UserError("There is no file the studio can learn from.", param="folder", hint=f"It takes: {endings}.")
    return max(DATASET_KINDS, key=lambda kind: kinds[kind])


def _captions(folder: Path, options: Options) -> Captions:
    path = find_captions(folder) if options.captions == "auto" else None
    if options.captions not in CAPTIONS:
        path = Path(options.captions)
        path = path if path.is_absolute() else folder / path
    if path is None:
        return Captions()
    try:
        return read_captions(path, options.source_key)
    except OSError as error:
        raise UserError(f"“{path}” can't be read ({error.strerror}).", param="captions") from error
    except ValueError as error:
        raise UserError(str(error), param="captions") from error


@contextmanager
def _staged(destination: Path, name: str) -> Iterator[Path]:
    """A folder to write into that takes its place by one rename at the end, or vanishes."""
    destination.mkdir(parents=True, exist_ok=True)
    remove_left_behind(destination)
    staging = destination / staging_name(name)
    staging.mkdir()
    try:
        yield staging
        for file in staging.iterdir():
            sync_file(file)
        sync_folder(staging)
        staging.rename(destination / name)
        sync_folder(destination)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _collect(
    collection: Collection,
    found: list[Found],
    staging: Path,
    final: Path,
    check: Callable[[], None],
    progress: Progress,
) -> None:
    with (staging / TEXTS).open("wb") as stream:
        copies = Copies(stream, final / TEXTS, _mask if collection.options.mask else None)
        for number, one in enumerate(found, 1):
            check()
            try:
                _take(collection, one, copies)
            except LeftOut as reason:
                collection.leave_out(one.name, str(reason))
            except OSError as error:
                collection.leave_out(one.name, f"it can't be read ({error.strerror})")
            progress(number, len(found))
        is_empty = stream.tell() == 0
    if is_empty:
        (staging / TEXTS).unlink()
    collection.masked.update(copies.masked)


def _mask(text: str) -> tuple[str, list[Finding]]:
    from studio.teach.personal_data import mask

    return mask(text)


def _take(collection: Collection, found: Found, copies: Copies) -> None:
    """Put what is in a file into the collection. Raises `LeftOut`."""
    if found.problem:
        raise LeftOut(found.problem)
    if collection.is_description(found.name):
        return
    if kind_of(found.name) != collection.kind:
        raise LeftOut(_wrong_kind(found.name, collection.kind))
    if found.bytes == 0:
        raise LeftOut("it is empty")
    if collection.kind == "text":
        _take_texts(collection, found, copies)
        return
    sha256 = hash_file(found.path)
    collection.check_new(sha256, found.name)
    collection.add(found, sha256, examine(found.path, collection.kind, collection.options.smallest_side))


def _wrong_kind(name: str, kind: str) -> str:
    if name.lower().endswith((".zip", ".7z", ".rar", ".tar", ".gz", ".tgz")):
        return "it is an archive; unpack it first"
    return f"it is none of the {NAMES[kind]} the studio reads ({' '.join(ENDINGS[kind])})"


def _pieces(collection: Collection, found: Found) -> Iterator[Piece]:
    for piece in pieces(found.path, found.name):
        if collection.cuts_texts and not piece.record:
            yield from passages(piece)
        else:
            yield piece


def _take_texts(collection: Collection, found: Found, copies: Copies) -> None:
    if is_about_the_folder(found.name):
        raise LeftOut("it describes the folder, it is not one of its texts")
    for piece in _pieces(collection, found):
        try:
            if piece.problem:
                raise LeftOut(piece.problem)
            collection.check_length(piece.text)
            collection.check_new(hash_text(piece.text), piece.where)
            text, path, facts = copies.take(piece, found)
            collection.add_text(found, piece, text, path, facts)
        except LeftOut as reason:
            collection.leave_out(piece.where, str(reason))
