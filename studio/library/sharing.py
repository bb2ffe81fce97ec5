"""Exports: an item's file somewhere else, in any format of its kind, with its record or as a share copy without."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from studio.disk import durable
from studio.library import formats, names
from studio.library.items import Item
from studio.library.store import Store
from studio.sdk import Text, UserError


def export(store: Store, item: Item, target: Path, *, strip: bool = False, **options: Any) -> Path:
    """Write an item's artifact to `target`.

    Args:
        store: where the item is.
        item: what to export.
        target: a file, whose ending chooses the format; or a folder, which gets a file named after the item.
        strip: make a share copy: nothing but the artifact itself, no prompt, names, ids or times inside.
        options: of the format; see `formats.write`.

    Returns:
        The file written.

    Raises:
        UserError: the item's file is missing or damaged, the ending is none of its kind's, or the place can't be
            written.
    """
    target = Path(target)
    if target.is_dir():
        suffix = PurePosixPath(item.file).suffix
        # a share copy's name tells no date and no id
        target = _free(target, names.slug(item.title) if strip else PurePosixPath(item.file).stem, suffix)
    suffix = formats.check_suffix(item.kind, target)
    source = store.path(item)
    if not source.is_file():
        raise UserError(f"The file of “{item.title}” is missing: {source}.")
    if target.resolve() == source.resolve():
        raise UserError("This would write over the library's own file; choose another place.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if suffix == source.suffix and not options and (not strip or item.kind == "text"):
            with durable.replacing(target) as temporary:
                shutil.copyfile(source, temporary)
        elif item.kind == "video" and suffix == source.suffix and strip and not options:
            from studio.library.formats import videos

            with durable.replacing(target) as temporary:
                videos.strip(source, temporary)
        else:
            artifact = store.load(item)
            if strip:
                artifact = replace(artifact, title="", meta={})
            if isinstance(artifact, Text):
                artifact = replace(artifact, format="markdown" if suffix == ".md" else "plain")
            formats.write(artifact, target, None if strip else item.to_embed(), **options)
    except OSError as error:
        raise UserError(f"“{target}” can't be written: {error.strerror or error}.") from error
    return target


def _free(folder: Path, stem: str, suffix: str) -> Path:
    """A name in `folder` that is not taken."""
    path, number = folder / f"{stem}{suffix}", 2
    while path.exists():
        path, number = folder / f"{stem}-{number}{suffix}", number + 1
    return path
