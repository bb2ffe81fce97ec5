"""What has been found so far while a dataset is prepared, and the dataset it becomes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.sdk.datasets import Dataset, DatasetItem
from studio.sdk.errors import UserError
from studio.teach import datasets_split
from studio.teach.datasets_captions import Captions, Told, beside, from_name, told
from studio.teach.datasets_examining import NAMES, Examined, LeftOut, kind_of
from studio.teach.datasets_keeping import renew
from studio.teach.datasets_likeness import Look, alike_looks, alike_sketches, text_sketch
from studio.teach.datasets_texts import Piece, hash_text
from studio.teach.datasets_walk import Found

if TYPE_CHECKING:
    from studio.teach.datasets import Options

FEW_TEXTS = 10
"""With fewer files, long texts are cut into passages: of one book alone nothing could be held out otherwise."""
SKETCHED_LETTERS = 200_000
"""Of a text, what its likeness to others is judged by."""


@dataclass(slots=True)
class _Draft:
    item: DatasetItem
    told: Told
    folder: str
    name: str


class Collection:
    """Items, what was left out and why.

    Attributes:
        kind: one of `DATASET_KINDS`.
        options: how the dataset is prepared.
        cuts_texts: whether long texts are cut into passages; see `FEW_TEXTS`.
        masked: how often each kind of personal data was masked in each file.
    """

    def __init__(self, folder: Path, found: Iterable[Found], kind: str, captions: Captions, options: Options) -> None:
        self.kind = kind
        self.options = options
        self.masked: Counter[tuple[str, str]] = Counter()
        self._folder = folder
        self._captions = captions
        self._stems = {one.name.rpartition(".")[0] for one in found if kind_of(one.name) == kind}
        self._left_out: list[dict[str, str]] = []
        self._duplicates: list[dict[str, str]] = []
        self._hashes: dict[str, str] = {}
        self._drafts: list[_Draft] = []
        self._looks: list[Look] = []
        self._sketches: list[bytes] = []
        self._renamed: dict[str, str] = {}
        self.cuts_texts = kind == "text" and len(self._stems) < FEW_TEXTS

    def is_description(self, name: str) -> bool:
        """Whether a file describes others: the captions file, or the caption beside a picture."""
        if name == self._captions.name:
            return True
        return self.kind != "text" and name.lower().endswith(".txt") and name.rpartition(".")[0] in self._stems

    def leave_out(self, name: str, reason: str) -> None:
        """Note that a file is left out."""
        self._left_out.append({"file": name, "why": f"“{name}” is left out: {reason}."})

    def check_new(self, sha256: str, name: str) -> None:
        """Raises `LeftOut` when the same content was taken before."""
        if first := self._hashes.get(sha256):
            self._duplicates.append({"file": name, "same_as": first})
            raise LeftOut(f"it is the same as “{first}”")

    def check_length(self, text: str) -> None:
        """Raises `LeftOut` when a text has too few letters to learn from."""
        least = self.options.shortest_text
        if sum(map(str.isalnum, text[: 64 * least])) < least and sum(map(str.isalnum, text)) < least:
            raise LeftOut(f"it is too short (at least {least} letters are needed)")

    def add(self, found: Found, sha256: str, examined: Examined) -> None:
        """Take a picture, a score or a mesh."""
        if examined.look is not None:
            self._looks.append(examined.look)
        if examined.sketch:
            self._sketches.append(examined.sketch)
        said = self._captions.entries.get(found.name, Told())
        caption = said.caption or self._caption(found)
        self._draft(found, found.name, found.path, sha256, replace(said, caption=caption), examined.facts)

    def add_text(self, found: Found, piece: Piece, text: str, path: Path, facts: Mapping[str, Any]) -> None:
        """Take a text, as it is trained on, that lies at `path`."""
        self._sketches.append(text_sketch(text[:SKETCHED_LETTERS]))
        said = self._captions.entries.get(found.name, Told())
        if piece.record:
            said = told(piece.record, source_key=self.options.source_key, used=("text",))
        elif not said.caption:
            said = replace(said, caption=self._caption(found))
        self._draft(found, piece.where, path, hash_text(text), said, facts)
        self._hashes[hash_text(piece.text)] = piece.where

    def _caption(self, found: Found) -> str:
        where = self.options.captions
        caption = beside(found.path) if self.kind != "text" and where in ("auto", "sidecar") else ""
        return caption or (from_name(found.name) if where in ("auto", "names") else "")

    def _draft(self, found: Found, name: str, path: Path, sha256: str, said: Told, facts: Mapping[str, Any]) -> None:
        self._hashes[sha256] = name
        if self.options.mask:
            said = self._without_personal_data(said, found.name)
        meta = {**facts, "record": dict(said.record)} if said.record else dict(facts)
        item = DatasetItem(path, said.caption, said.source, sha256=sha256, meta=meta)
        self._drafts.append(_Draft(item, said, found.name.rpartition("/")[0], name))

    def _without_personal_data(self, said: Told, file: str) -> Told:
        record = {key: self._hidden(value, file) for key, value in said.record.items()}
        source = said.source
        if source and (hidden := self._hidden(source, file)) != source:
            source = self._renamed.setdefault(source, f"{hidden} {len(self._renamed) + 1}")
        return replace(said, caption=self._hidden(said.caption, file), source=source, record=record)

    def _hidden(self, value: Any, file: str) -> Any:
        """JSON with personal data in its texts masked, and counted for the card."""
        from studio.teach.personal_data import mask

        if isinstance(value, list):
            return [self._hidden(part, file) for part in value]
        if isinstance(value, dict):
            return {key: self._hidden(part, file) for key, part in value.items()}
        if not isinstance(value, str):
            return value
        masked, findings = mask(value)
        self.masked.update((file, finding.kind) for finding in findings)
        return masked

    def dataset(self, name: str, folder: Path) -> Dataset:
        """The dataset of all that was taken. Raises `UserError` when nothing was."""
        if not self._drafts:
            first = f" {self._left_out[0]['why']}" if self._left_out else ""
            raise UserError(f"None of the files are {NAMES[self.kind]} to learn from.{first}", param="folder")
        pairs = alike_looks(self._looks) if self._looks else alike_sketches(self._sketches) if self._sketches else []
        by_folder = self._by_folder()
        sources = datasets_split.join_likes([_source(draft, by_folder=by_folder) for draft in self._drafts], pairs)
        sides = datasets_split.held_out(sources, self.options.held_out, [draft.told.held_out for draft in self._drafts])
        items = tuple(
            replace(draft.item, source=source, held_out=side)
            for draft, source, side in zip(self._drafts, sources, sides, strict=True)
        )
        card = self._card(name, items, pairs, by_folder=by_folder)
        return renew(Dataset(name, self.kind, folder, items, card=card))

    def _by_folder(self) -> bool:
        if self.options.split_by == "auto":
            return datasets_split.folders_are_sources([draft.folder for draft in self._drafts])
        return self.options.split_by == "folder"

    def _card(
        self, name: str, items: tuple[DatasetItem, ...], pairs: list[tuple[int, int]], *, by_folder: bool
    ) -> dict[str, Any]:
        said = any(draft.told.source for draft in self._drafts)
        unused = sorted(set(self._captions.entries) - {draft.name for draft in self._drafts})
        return {
            "title": self.options.title or name,
            "licence": self.options.licence,
            "consent": self.options.consent,
            "folder": str(self._folder),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": len(items),
            "held_out": sum(item.held_out for item in items),
            "sources": len({item.source for item in items}),
            "split_by": "records" if said else "folder" if by_folder else "file",
            "captioned": sum(bool(item.caption) for item in items),
            "captions_file": self._captions.name,
            "caption_problems": self._captions.problems
            + [f"{self._captions.name}: “{one}” is not among the files that were taken." for one in unused],
            "left_out": self._left_out,
            "duplicates": self._duplicates,
            "near_duplicates": [
                {"file": self._drafts[one].name, "like": self._drafts[other].name} for one, other in pairs
            ],
            "masking": self.options.mask,
            "masked": add_masked([], self.masked),
        }


def add_masked(listed: Any, more: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    """A card's list of what was masked, with `more`: how often each kind of personal data was in each file."""
    counts = Counter(more)
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("count"), int):
            counts[str(entry.get("file", "")), str(entry.get("kind", ""))] += entry["count"]
    return [{"file": file, "kind": kind, "count": count} for (file, kind), count in sorted(counts.items())]


def _source(draft: _Draft, *, by_folder: bool) -> str:
    return draft.told.source or (draft.folder if by_folder and draft.folder else draft.name)
