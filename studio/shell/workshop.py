"""What the window's pages share: places, settings, generators, library and the crossing to the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from studio.disk.home import Home
from studio.engine.settings import Settings
from studio.sdk.errors import UserError
from studio.sdk.generator import GeneratorSpec
from studio.sdk.parameters import Option
from studio.shell.bridge import EngineBridge

if TYPE_CHECKING:
    from studio.engine.jobs import Job
    from studio.library.items import Item

KIND_ICONS = {
    "text": "article",
    "image": "image",
    "mask": "selection",
    "audio": "music-notes",
    "score": "music-note",
    "mesh": "cube",
    "video": "film-strip",
    "text_in": "article",
}
"""The icon of every kind of artifact and input."""

SUFFIXES = {
    "image": (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif"),
    "mask": (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"),
    "audio": (".wav", ".flac", ".mp3", ".ogg", ".opus", ".aiff", ".aif"),
    "score": (".mid", ".midi"),
    "mesh": (".glb", ".obj", ".stl", ".ply"),
    "video": (".mp4", ".webm", ".mov", ".mkv", ".gif"),
    "text_in": (".txt", ".md"),
}
"""File endings an input of each kind takes."""

INPUT_OF = {"text_in": "text", "mask": "image"}
"""The kind of item that fits an input, where the names differ."""


class Workshop(QObject):
    """The shared services, made once by `app.main`.

    Attributes:
        home: places on disk.
        settings: the artist's settings.
        bridge: the crossing to the engine.
        registry: what discovery found, or None while it looks.
        library: the open library, or None before it is open or where it cannot be opened.

    Signals:
        generators_changed: `specs` is another mapping now.
        library_opened: `library` is there now.
        problem(str, str): something the artist should know: a title and a sentence.
    """

    generators_changed = Signal()
    library_opened = Signal()
    problem = Signal(str, str)

    def __init__(self, home: Home, settings: Settings, bridge: EngineBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.home = home
        self.settings = settings
        self.bridge = bridge
        self.registry: Any = None
        self.library: Any = None
        self.options_of: Callable[[str], Sequence[Option]] = self._options

    def spec_of(self, job: Job) -> GeneratorSpec | None:
        """The generator of a job, None where it is not there any more."""
        return self.registry.specs.get(job.request.generator) if self.registry is not None else None

    @property
    def specs(self) -> dict[str, GeneratorSpec]:
        """Generators that can be used now, by id."""
        return dict(self.registry.specs) if self.registry is not None else {}

    @property
    def makers(self) -> dict[str, GeneratorSpec]:
        """Those that make something; trainers, whose results are models, have a page of their own."""
        return dict(self.registry.makers) if self.registry is not None else {}

    def set_registry(self, registry: Any) -> None:
        """Offer what `registry` lists from now on."""
        self.registry = registry
        self.generators_changed.emit()

    def set_library(self, library: Any) -> None:
        """Keep results in `library` from now on."""
        self.library = library
        self.library_opened.emit()

    def item(self, item_id: str) -> Item | None:
        """The library item with this id, or None."""
        if self.library is None or not item_id or "/" in item_id or "\\" in item_id:
            return None
        try:
            item: Item = self.library.get(item_id)
        except UserError:
            return None
        return item

    def item_file(self, item: Item) -> Path:
        """Where an item's file lies."""
        folder: Path = self.library.folder
        return folder / item.file

    def thumbnail_file(self, item: Item) -> Path | None:
        """A small picture of an item, or None while there is none."""
        path: Path | None = self.library.store.thumbnail_path(item.id) if self.library is not None else None
        return path if path is not None and path.exists() else None

    def siblings(self, item: Item) -> list[Item]:
        """The other results of the job that made an item, as far as the library has them."""
        try:
            found: list[Item] = self.library.siblings(item.id)
        except UserError:  # it was deleted just now
            return []
        return found

    def find_items(self, kind: str, words: str, limit: int) -> list[Item]:
        """The newest items of a kind that fit what was typed; none while the query makes no sense yet."""
        if self.library is None:
            return []
        from studio.library.search import QueryError

        try:
            found: list[Item] = self.library.search(f"kind:{kind} {words}".strip(), limit)
        except QueryError:
            return []
        return found

    def _options(self, source: str) -> Sequence[Option]:
        """What is there now for a live choice; see `studio.engine.choices`."""
        from studio.engine.choices import options

        try:
            return options(self.home, source)
        except OSError:  # the folder cannot be looked into; the chosen value stays
            return ()
