"""From a request's input references to files a worker can read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.sdk import Field, GeneratorSpec, UserError

if TYPE_CHECKING:
    from studio.engine.requests import GenerationRequest
    from studio.library.library import Library


def resolve_inputs(
    spec: GeneratorSpec, request: GenerationRequest, library: Library | None
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Where each input of a request lies, and what the results descend from.

    Returns:
        Absolute paths by field name, and one entry per input: ``{"item": id}`` or ``{"file": name}``, with ``"field"``
        and ``"title"``.

    Raises:
        UserError: an input is gone, or the reference names neither an item nor a file; `param` names the field.
    """
    paths: dict[str, str] = {}
    parents: list[dict[str, Any]] = []
    for known in spec.fields:
        reference = request.values.get(known.name)
        if not known.is_input or not reference:
            continue
        scheme, _, name = str(reference).partition(":")
        if scheme == "item":
            path, title = _item(known, name, library)
            paths[known.name] = str(path)
            parents.append({"field": known.name, "item": name, "title": title})
        elif scheme == "file" and name:
            path = Path(name)
            if not path.is_file():
                raise UserError(f"The file {path} is not there.", param=known.name, hint="Choose another one.")
            paths[known.name] = str(path.absolute())
            parents.append({"field": known.name, "file": path.name, "title": path.stem})
        else:
            raise UserError(f"“{reference}” names neither an item nor a file.", param=known.name)
    return paths, parents


def _item(known: Field, item_id: str, library: Library | None) -> tuple[Path, str]:
    """An item's file and title."""
    if library is None:
        raise UserError(f"{known.label}: the library is not open, so its items cannot be used.", param=known.name)
    try:
        item = library.get(item_id)
    except UserError as error:
        raise UserError(f"{known.label}: {error.message}", param=known.name, hint="Choose another one.") from error
    return library.store.path(item), item.title
