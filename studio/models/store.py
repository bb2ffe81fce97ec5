"""Finding a model by its reference, and all models of a family."""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from studio.disk.durable import sync_folder
from studio.disk.resources import resources
from studio.models.cards import CARD, ModelCard, read_card
from studio.sdk import UserError

_STARTER = re.compile(r"[a-z0-9][a-z0-9-]*")
_OWN = re.compile(r"[^\W_][\w -]*")

NAME_LENGTH = 60
"""Most characters of the name of a trained model; with them its folder fits every file system."""


class ModelStore:
    """Resolves references such as ``"starter:storyteller"``, ``"own:My faces"`` or ``"folder:/home/ada/models/tales"``.

    A *starter* is a small model that ships with the studio, an *own* one was trained by the artist, and a *folder* is
    used where it lies.
    """

    def __init__(self, starters: Path | None = None, own: Path | None = None) -> None:
        """Look for models.

        Args:
            starters: folder of the starters; by default where the studio's resources are.
            own: folder of the artist's trained models (`Home.models`); None where there are none.
        """
        self._starters = starters
        self._own = own

    def path(self, ref: str) -> Path:
        """The folder of a model. Raises `UserError` when the reference is malformed or nothing is there."""
        scheme, _, name = ref.partition(":")
        if scheme == "starter" and _STARTER.fullmatch(name):
            folder = self._starter_folder() / name
        elif scheme == "own" and _OWN.fullmatch(name) and self._own is not None:
            folder = self._own / name
        elif scheme == "folder" and name and "\0" not in name:
            folder = Path(os.path.expanduser(name))  # noqa: PTH111 - `Path.expanduser` raises on ~nobody
        else:
            raise UserError(f"“{ref}” does not name a model.", hint="Use starter:NAME, own:NAME or folder:PATH.")
        if not folder.is_dir():
            known = ", ".join(self.starters()) or "none"
            raise UserError(f"The model “{ref}” is not there.", hint=f"Starter models on this computer: {known}.")
        return folder

    def starters(self) -> Iterator[str]:
        """Names of the starter models that are there, in alphabetical order."""
        yield from _models_in(self._starter_folder())

    def own(self) -> Iterator[str]:
        """Names of the artist's trained models, in alphabetical order."""
        if self._own is not None:
            yield from _models_in(self._own)

    def refs(self) -> Iterator[str]:
        """References of all models that are there: the artist's own first."""
        yield from (f"own:{name}" for name in self.own())
        yield from (f"starter:{name}" for name in self.starters())

    def family(self, families: str) -> list[tuple[str, ModelCard]]:
        """References and cards of all models of one of `families` (``"image.gan,image.vae"``), own ones first.

        A model without a readable card belongs to no family.
        """
        wanted = {name.strip() for name in families.split(",")}
        found = []
        for ref in self.refs():
            try:
                card = read_card(self.path(ref))
            except UserError:
                continue
            if card.family in wanted:
                found.append((ref, card))
        return found

    def free_name(self, wanted: str) -> str:
        """`wanted` as the name of a new model of the artist's: without odd characters, numbered when it is taken."""
        taken = set(self.own())
        name = tidy_name(wanted)
        number, free = 1, name
        while free in taken or (self._own is not None and (self._own / free).exists()):
            number += 1
            free = f"{name} {number}"
        return free

    def remove(self, ref: str) -> None:
        """Remove one of the artist's own models. Raises `UserError` for any other, `OSError` when it cannot be."""
        if not ref.startswith("own:") or self._own is None:
            raise UserError(f"Only models you trained can be removed, not “{ref}”.")
        folder = self.path(ref)
        gone = self._own / f".{folder.name}.removed"
        shutil.rmtree(gone, ignore_errors=True)
        folder.rename(gone)
        shutil.rmtree(gone)

    def export(self, ref: str, target: Path) -> Path:
        """Copy a model's folder to `target`, a new folder. Raises `UserError` when `target` exists already."""
        source = self.path(ref)
        if target.exists():
            raise UserError(f"{target} is there already.", hint="Name a folder that does not exist yet.")
        staged = target.with_name(f".{target.name}.part")
        shutil.rmtree(staged, ignore_errors=True)
        try:
            shutil.copytree(source, staged)
            staged.rename(target)
        except BaseException:
            shutil.rmtree(staged, ignore_errors=True)
            raise
        sync_folder(target.parent)
        return target

    def _starter_folder(self) -> Path:
        return self._starters or resources() / "starters"


def tidy_name(wanted: str) -> str:
    """Letters, digits, blanks and hyphens of `wanted`, at most `NAME_LENGTH`; ``"model"`` when nothing is left."""
    letters = "".join(
        letter if letter == "-" or letter.isalnum() else " " for letter in unicodedata.normalize("NFC", wanted)
    )
    return " ".join(letters.split()).strip("- ")[:NAME_LENGTH].strip("- ") or "model"


def _models_in(folder: Path) -> list[str]:
    """Names of the folders in `folder` that hold a model."""
    if not folder.is_dir():
        return []
    marks = (CARD, "config.json", "model_index.json")
    return sorted(
        entry.name
        for entry in folder.iterdir()
        if not entry.name.startswith(".") and any((entry / mark).is_file() for mark in marks)
    )
