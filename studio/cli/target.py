"""Where ``studio generate -o`` wants results."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli import common
from studio.disk import durable
from studio.sdk import GeneratorSpec, UserError

if TYPE_CHECKING:
    from studio.engine.events import ItemSaved
    from studio.library.library import Library


class Target:
    """Nowhere else, a folder, or a file whose ending chooses the format."""

    def __init__(self, folder: Path | None = None, file: Path | None = None) -> None:
        self._folder = folder
        self._file = file
        self._written = 0
        self._served: set[str] = set()

    @classmethod
    def of(cls, output: str | None, spec: GeneratorSpec) -> Target:
        """Check ``-o`` before anything runs. Raises `UserError` when no result could be written there."""
        if output is None:
            return cls()
        path = common.place(output, "-o")
        try:
            path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            pass  # to be made, or refused below
        except OSError as error:
            raise UserError(f"“{output[:80]}” can't be written: {error.strerror}.") from error
        if output.endswith(("/", "\\")) or path.is_dir():
            return cls(folder=_usable(path))
        if not any(_takes(kind, path) for kind in spec.makes):
            from studio.library import formats

            endings = " ".join(sorted({suffix for kind in spec.makes for suffix in formats.export_suffixes(kind)}))
            raise UserError(
                f"{spec.title} cannot be written as “{path.suffix or path.name}”.",
                hint=f"Endings that can: {endings}; or end with / for a folder.",
            )
        check_folder_of(path)
        return cls(file=path)

    def may_be_beside(self, saved: ItemSaved) -> bool:
        """Whether this result may be a by-product: it does not fit FILE, and another result of its job may."""
        return self._file is not None and not _takes(saved.kind, self._file)

    def write(self, saved: ItemSaved, library: Library | None) -> list[str]:
        """Write one result where ``-o`` wants it; returns the paths, none for a by-product.

        One that `may_be_beside` another is written once all others of its job are.

        Raises:
            OSError, UserError: it cannot be written, or is of another kind than the file's and nothing else was made.
        """
        source = Path(saved.path)
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            return [str(_copied(source, self._folder / source.name))]
        if self._file is None or (saved.job_id in self._served and self.may_be_beside(saved)):
            return []
        from studio.library import formats

        formats.check_suffix(saved.kind, self._file)
        self._served.add(saved.job_id)
        place = self._file
        if self._written:
            place = _free(self._file.with_name(f"{self._file.stem}-{self._written + 1}{self._file.suffix}"))
        self._written += 1
        if library is not None and saved.item != saved.path:
            library.export(saved.item, place)
        else:
            formats.write(formats.read(source, saved.kind), place)
        return [str(place)]

    def rescue(self, saved: ItemSaved) -> list[str]:
        """Put a result that cannot be written to FILE beside it as it is; returns the path, none where that fails."""
        if self._file is None:
            return []
        source = Path(saved.path)
        try:
            return [str(_copied(source, self._file.with_suffix(source.suffix)))]
        except OSError:
            return []


def check_folder_of(path: Path) -> None:
    """See that a file can be put at `path`: folders are only made where one is asked for. Raises `UserError`."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder." if folder.exists() else f"The folder {folder} does not exist.")


def _takes(kind: str, path: Path) -> bool:
    from studio.library import formats

    try:
        return bool(formats.check_suffix(kind, path))
    except UserError:
        return False


def _usable(folder: Path) -> Path:
    """A folder that is there or can be made. Raises `UserError` for any other."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        raise UserError(f"{there} is no folder.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise UserError(f"Nothing can be written into the folder {there}.")
    return folder


def _copied(source: Path, wanted: Path) -> Path:
    """Where a copy of `source` is now: the whole of it, under a free name. Raises `OSError` and leaves nothing."""
    place = _free(wanted)
    with durable.replacing(place) as temporary:
        shutil.copyfile(source, temporary)
    return place


def _free(path: Path) -> Path:
    """`path`, or the first of ``name-2``, ``name-3`` … that is not taken."""
    number = 1
    free = path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free
