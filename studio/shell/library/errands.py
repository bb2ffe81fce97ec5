"""Errands of the library page that decode files: importing, exports, edited texts. A process of its own.

``python -m studio.shell.library.errands`` reads one JSON request from standard input and writes one JSON answer. The
window itself never decodes what others made: decoders load numpy, and a hostile file could take the window with it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.sdk.errors import UserError

if TYPE_CHECKING:
    from studio.library.items import Item
    from studio.library.library import Library

_SECONDS = 600
_PREFIX = "\x1eanswer "
"""What libraries print must not be taken for the answer."""


def take_in(folder: Path, files: Sequence[Path]) -> tuple[int, list[str]]:
    """Import files into the library at `folder`; returns how many were taken and a sentence for each that was not."""
    answer = _send({"do": "import", "folder": str(folder), "files": [str(file) for file in files]})
    return int(answer["taken"]), [str(sentence) for sentence in answer["problems"]]


def share(folder: Path, ids: Sequence[str], target: Path) -> tuple[list[Path], list[str]]:
    """Write share copies, without prompts, names and ids inside, into `target`; returns them and what went wrong."""
    return _export(folder, ids, target, strip=True)


def export(folder: Path, item_id: str, target: Path) -> tuple[list[Path], list[str]]:
    """Write an item to the file `target`, whose ending chooses the format; returns it, or what went wrong."""
    return _export(folder, [item_id], target, strip=False)


def endings(folder: Path, item_id: str) -> list[str]:
    """Every ending an item can be exported to, the one to offer first ahead; none where its file cannot be read."""
    return [str(ending) for ending in _send({"do": "endings", "folder": str(folder), "item": item_id})["endings"]]


def thumbnails(folder: Path, ids: Sequence[str]) -> int:
    """Make missing thumbnails again; returns how many there are now."""
    return int(_send({"do": "thumbnails", "folder": str(folder), "ids": list(ids)})["made"])


def keep_text(folder: Path, item_id: str, text: str, path: Path | None = None) -> str:
    """Keep an edited text as a new item made from the one it was, or else from the file `path`; returns its id."""
    request = {"do": "text", "folder": str(folder), "item": item_id, "text": text, "path": str(path or "")}
    return str(_send(request)["id"])


def _export(folder: Path, ids: Sequence[str], target: Path, *, strip: bool) -> tuple[list[Path], list[str]]:
    request = {"do": "export", "folder": str(folder), "ids": list(ids), "target": str(target), "strip": strip}
    answer = _send(request)
    return [Path(path) for path in answer["written"]], [str(sentence) for sentence in answer["problems"]]


def _send(request: dict[str, Any]) -> dict[str, Any]:
    import subprocess

    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "studio.shell.library.errands"],
        input=json.dumps(request),
        capture_output=True,
        encoding="utf-8",
        timeout=_SECONDS,
        env=environment,
        check=False,
    )
    found = done.stdout.rpartition(_PREFIX)
    if done.returncode or not found[1]:
        raise UserError("That could not be done: the program doing it ended unexpectedly.")
    answer: dict[str, Any] = json.loads(found[2])
    return answer


def _import(request: dict[str, Any]) -> dict[str, Any]:
    from studio.library.library import Library

    taken, problems = 0, []
    with Library(Path(request["folder"])) as library:
        for file in map(Path, request["files"]):
            try:
                library.import_file(file)
                taken += 1
            except UserError as error:
                problems.append(str(error))
    return {"taken": taken, "problems": problems}


def _write(request: dict[str, Any]) -> dict[str, Any]:
    from studio.library.library import Library

    written, problems = [], []
    with Library(Path(request["folder"])) as library:
        for item_id in request["ids"]:
            try:
                written.append(str(library.export(item_id, Path(request["target"]), strip=request["strip"])))
            except UserError as error:
                problems.append(str(error))
    return {"written": written, "problems": problems}


def _endings(request: dict[str, Any]) -> dict[str, Any]:
    from studio.library import formats
    from studio.library.library import Library

    with Library(Path(request["folder"])) as library:
        try:
            return {"endings": formats.endings(library.load(request["item"]))}
        except UserError:
            return {"endings": []}


def _thumbnails(request: dict[str, Any]) -> dict[str, Any]:
    from studio.library.library import Library

    with Library(Path(request["folder"])) as library:
        return {"made": sum(library.thumbnail(item_id) is not None for item_id in request["ids"])}


def _keep_text(request: dict[str, Any]) -> dict[str, Any]:
    from studio.library.items import Origin, Parent
    from studio.library.library import Library
    from studio.sdk.artifacts import Text

    path = Path(request["path"])
    with Library(Path(request["folder"])) as library:
        title, name = path.stem, path.name
        parents: tuple[Parent, ...] = ()
        if old := _item(library, request["item"], needed=not name):
            title, name = old.title, old.file
            parents = (Parent(item=old.id, sha256=old.sha256, name=old.title, param="text"),)
        kind = "markdown" if name.endswith(".md") else "plain"
        made = library.save(Text(request["text"], format=kind, title=title), Origin(parents=parents))
        return {"id": made.id}


def _item(library: Library, item_id: str, *, needed: bool) -> Item | None:
    try:
        return library.get(item_id)
    except UserError:
        if needed:
            raise
        return None


def main() -> None:
    """Run one errand."""
    request = json.loads(sys.stdin.read())
    errands = {
        "import": _import,
        "export": _write,
        "endings": _endings,
        "thumbnails": _thumbnails,
        "text": _keep_text,
    }
    answer = errands[request["do"]](request)
    sys.stdout.write(_PREFIX + json.dumps(answer))


if __name__ == "__main__":
    main()
