"""The library page's source over the real library."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from studio.library.search import QueryError as SearchError
from studio.sdk.errors import UserError
from studio.shell.i18n import tr_spec
from studio.shell.library import errands
from studio.shell.library.source import Detail, Look, Query, QueryError, Row

if TYPE_CHECKING:
    from studio.library.index import Row as IndexRow
    from studio.library.items import Item, Origin
    from studio.library.library import Library
    from studio.library.views import View
    from studio.sdk.generator import GeneratorSpec
    from studio.sdk.parameters import Field

_VIEWS_KEPT = 8
_COUNTED_AT_ONCE = 2000
_REACH, _FOLLOWED = 64, 4096
"""How far from where items stood they are looked for again, rows; and among how many at most."""


class LibrarySource:
    """Answers the page from an open library; every method may be called on any thread.

    Args:
        library: the open library.
        specs: the generators that can be used now, by id.
    """

    imports = True

    def __init__(self, library: Library, specs: Callable[[], Mapping[str, GeneratorSpec]]) -> None:
        self._library = library
        self._specs = specs
        self._views: dict[tuple[str, str], View] = {}
        self._lock = threading.Lock()
        self._mended: set[str] = set()
        library.subscribe(lambda _change: self._forget_views())

    # ---- looking -----------------------------------------------------------------------------------------

    def look(self, query: Query, size: int) -> Look:
        """The first matching items; counting words in a million items takes longer than a key stroke, so it waits."""
        self._forget_views()
        view = self._view(query)
        rows = [self._row(row) for row in view.rows(0, size)]
        if len(rows) < size:
            return Look(rows, len(rows), exact=True)
        if query == Query(kind=query.kind, sort=query.sort):
            return Look(rows, view.count, exact=True)
        count = view.count_up_to(_COUNTED_AT_ONCE)
        return Look(rows, count, exact=count < _COUNTED_AT_ONCE)

    def count(self, query: Query) -> int:
        """How many items match."""
        return self._view(query).count

    def rows(self, query: Query, first: int, last: int) -> list[Row]:
        """Some of the matching items."""
        return [self._row(row) for row in self._view(query).rows(first, max(0, last - first))]

    def position(self, query: Query, item_id: str) -> int:
        """Where an item stands among the matching ones; −1 when it does not match or the order cannot tell."""
        if query.sort not in {"newest", "oldest"}:
            return -1
        place = self._library.index.number("SELECT pos FROM items WHERE id = ?", (item_id,))
        view = self._view(query)
        row = view.row_of(place)
        found = view.rows(row, 1)
        return row if found and found[0].id == item_id else -1

    def places(self, query: Query, ids: Sequence[str], rows: Sequence[int]) -> dict[str, int]:
        """Where items stand now that stood at `rows` (ascending); those that were not found near there are left out."""
        if not ids:
            return {}
        view, moved = self._view(query), 0
        place = self._library.index.number("SELECT pos FROM items WHERE id = ?", (ids[0],))
        if place and query.sort in {"newest", "oldest"}:
            moved = view.row_of(place) - rows[0]
        first = max(0, rows[0] + moved - _REACH)
        last = min(rows[-1] + moved + _REACH, first + _FOLLOWED)
        wanted = set(ids)
        return {row.id: first + at for at, row in enumerate(view.rows(first, max(0, last - first))) if row.id in wanted}

    def detail(self, item_id: str) -> Detail | None:
        """Everything about an item."""
        try:
            item = self._library.get(item_id)
        except UserError:
            return None
        return self._detail(item)

    def lineage(self, item_id: str) -> tuple[list[Row], list[Row]]:
        """Parents and children in this library."""
        library = self._library
        return [self._row_of(item) for item in library.parents(item_id)], [
            self._row_of(item) for item in library.children(item_id)
        ]

    def siblings(self, item_id: str) -> list[Detail]:
        """The other results of the same job."""
        return [self._detail(item) for item in self._library.siblings(item_id)]

    def changed_elsewhere(self) -> bool:
        """Whether another process changed the library since the last call."""
        return self._library.poll()

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Have `changed` called, on any thread, after every change; returns what ends that."""
        return self._library.subscribe(lambda _change: changed())

    def mend_thumbnails(self, ids: Sequence[str]) -> bool:
        """Make thumbnails that are missing, once for each item; returns whether there are new ones."""
        wanted = [item_id for item_id in ids if item_id not in self._mended]
        self._mended.update(wanted)
        missing = [item_id for item_id in wanted if not self._library.store.thumbnail_path(item_id).exists()]
        arrived = len(missing) < len(wanted)  # the worker draws a result after announcing it
        return arrived or (bool(missing) and errands.thumbnails(self._library.folder, missing) > 0)

    def label(self, generator: str, name: str) -> str:
        """What people read for a parameter; empty where its generator is not here."""
        spec, field = self._field(generator, name)
        return tr_spec(spec, field.label) if spec and field else ""

    def said(self, generator: str, name: str, value: object) -> str:
        """A parameter's value in words, where it stands for something: an option, an item; empty otherwise."""
        if isinstance(value, str) and value.startswith("item:"):
            try:
                return self._library.get(value.removeprefix("item:")).title
            except UserError:
                return ""
        spec, field = self._field(generator, name)
        option = next((known for known in field.options if known.value == value), None) if field else None
        return tr_spec(spec, option.label) if spec and option else ""

    def _field(self, generator: str, name: str) -> tuple[GeneratorSpec | None, Field | None]:
        spec = self._specs().get(generator)
        return spec, next((field for field in spec.fields if field.name == name), None) if spec else None

    def destinations(self, kind: str) -> list[tuple[str, str]]:
        """The generators that take an item of this kind: id and title."""
        from studio.shell.create.stage import receivers

        found: dict[str, str] = {}
        for generator, _field, title in receivers(dict(self._specs()), kind):
            found.setdefault(generator, title)
        return list(found.items())

    def plays_scores(self) -> bool:
        """Whether a generator makes scores sound."""
        from studio.shell.create.stage import player_of_scores

        return player_of_scores(dict(self._specs())) is not None

    # ---- changing ----------------------------------------------------------------------------------------

    def rate(self, ids: Sequence[str], rating: int) -> None:
        """Give 0 … 5 stars."""
        self._each(ids, partial(self._library.update, rating=rating))

    def favourite(self, ids: Sequence[str], marked: bool) -> None:
        """Mark or unmark."""
        self._each(ids, partial(self._library.update, favourite=marked))

    def tag(self, ids: Sequence[str], tag: str, present: bool) -> None:
        """Add a tag or take it away."""
        library = self._library
        change = partial(library.tag, add=[tag]) if present else partial(library.tag, remove=[tag])
        self._each(ids, change)

    def rename(self, item_id: str, title: str) -> None:
        """Give a new title; the file is renamed too."""
        self._library.rename(item_id, title)

    def trash(self, ids: Sequence[str]) -> None:
        """Move to the trash."""
        self._each(ids, self._library.trash)

    def restore(self, ids: Sequence[str]) -> None:
        """Bring back from the trash."""
        self._each(ids, self._library.restore)

    def empty_trash(self) -> int:
        """Delete what lies in the trash for good."""
        return self._library.empty_trash()

    def export(self, ids: Sequence[str], folder: Path, *, share: bool = False) -> list[Path]:
        """Copy files into a folder; with `share` without anything private inside."""
        if not share:
            return [self._library.export(item_id, folder) for item_id in ids]
        written, problems = errands.share(self._library.folder, ids, folder)
        _complain(problems)
        return written

    def endings(self, item_id: str) -> Sequence[str]:
        """The endings an item can be exported to; what depends on more than its kind is looked up in its file."""
        from studio.library import formats

        item = self._library.get(item_id)
        found = errands.endings(self._library.folder, item_id) if formats.has_more_endings(item.kind) else ()
        kept = PurePosixPath(item.file).suffix
        return found or (kept, *(suffix for suffix in formats.export_suffixes(item.kind) if suffix != kept))

    def export_as(self, item_id: str, target: Path) -> Path:
        """Write an item to a file, converted where its ending is another than the kept one's."""
        if target.suffix.lower() == PurePosixPath(self._library.get(item_id).file).suffix:
            return self._library.export(item_id, target)
        written, problems = errands.export(self._library.folder, item_id, target)
        _complain(problems)
        return written[0]

    def take_in(self, files: Sequence[Path]) -> tuple[int, Sequence[str]]:
        """Import files; folders are looked into, one level deep."""
        every = [inner for file in files for inner in (sorted(file.iterdir()) if file.is_dir() else (file,))]
        taken, problems = errands.take_in(self._library.folder, [file for file in every if file.is_file()])
        self._library.poll()
        self._forget_views()
        if not taken:
            _complain(problems or ["There are no files that the library can keep."])
        return taken, problems

    def _each(self, ids: Iterable[str], change: Callable[[str], object]) -> None:
        """Change items one by one; what is gone meanwhile does not stop the others."""
        problems = []
        for item_id in ids:
            try:
                change(item_id)
            except UserError as error:
                problems.append(str(error))
        _complain(problems)

    # ---- inside ------------------------------------------------------------------------------------------

    def _forget_views(self) -> None:
        with self._lock:
            self._views.clear()

    def _view(self, query: Query) -> View:
        text = query_text(query)
        with self._lock:
            view = self._views.get((text, query.sort))
        if view is None:
            try:
                view = self._library.view(text, query.sort, typing=True)
            except SearchError as error:
                raise QueryError(error.message) from error
            with self._lock:
                while len(self._views) >= _VIEWS_KEPT:
                    self._views.pop(next(iter(self._views)))
                self._views[text, query.sort] = view
        return view

    def _row(self, row: IndexRow) -> Row:
        return Row(
            id=row.id,
            kind=row.kind,
            title=row.title,
            path=self._library.folder / row.file,
            thumbnail=self._library.store.thumbnail_path(row.id),
            rating=row.rating,
            favourite=bool(row.favourite),
        )

    def _row_of(self, item: Item) -> Row:
        store = self._library.store
        thumbnail = store.thumbnail_path(item.id)
        return Row(item.id, item.kind, item.title, store.path(item), thumbnail, item.rating, item.favourite)

    def _generator(self, origin: Origin) -> str:
        """What made an item, in the window's language where the generator is still here."""
        spec = self._specs().get(origin.generator)
        return tr_spec(spec, spec.title) if spec else origin.generator_title or origin.generator

    def _applied(self, origin: Origin) -> dict[str, object]:
        """The values that mattered: a form hides the others, which are kept for when they matter again."""
        spec = self._specs().get(origin.generator)
        fields = spec.fields if spec else ()
        values = {field.name: field.default for field in fields} | dict(origin.values)
        idle = {field.name for field in fields if not field.applies(values)}
        return {name: value for name, value in origin.values.items() if name not in idle}

    def _detail(self, item: Item) -> Detail:
        origin = item.origin
        return Detail(
            row=self._row_of(item),
            tags=item.tags,
            created=datetime.fromtimestamp(item.created_ms / 1000, UTC),
            generator=self._generator(origin) if origin else "",
            seed=origin.seed if origin else None,
            values=self._applied(origin) if origin else {},
            facts=said_facts(item.kind, item.facts),
            size=item.bytes,
            trashed=item.is_trashed,
            item=item,
        )


def query_text(query: Query) -> str:
    """A page's query in the library's query language; what is typed comes last, as its last word may go on."""
    parts = []
    if query.kind:
        parts.append(f"kind:{query.kind}")
    if query.favourites:
        parts.append("is:favourite")
    if query.rating:
        parts.append(f"rating:>={query.rating}")
    if query.days:
        since = datetime.now().astimezone() - timedelta(days=query.days)
        parts.append(f"date:>={since.date().isoformat()}")
    if query.trash:
        parts.append("is:trashed")
    typed = query.text.strip()
    if typed:
        parts.append(f"({query.text}" if parts else query.text)
    return " ".join(parts)


def said_facts(kind: str, facts: Mapping[str, Any]) -> dict[str, str]:
    """An item's facts as people read them, label → text; labels are translated where they are shown."""
    said: dict[str, str] = {}
    if kind in {"image", "video"} and {"width", "height"} <= facts.keys():
        said["Dimensions"] = f"{facts['width']} × {facts['height']}"
    if "duration" in facts and (seconds := _number(facts["duration"])) is not None:
        said["Duration"] = f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
    if (rate := _number(facts.get("sample_rate"))) is not None:
        said["Sample rate"] = f"{rate / 1000:g} kHz"
    for name, label in (("tempo", "Tempo"), ("meter", "Metre"), ("key", "Key"), ("frame_rate", "Frames per second")):
        if facts.get(name):
            value = _number(facts[name])
            said[label] = f"{value:g}" if value is not None else str(facts[name])[:100]
    for name, label in (("words", "Words"), ("vertices", "Vertices"), ("faces", "Triangles"), ("notes", "Notes")):
        if (number := _number(facts.get(name))) is not None:
            said[label] = f"{number:,.0f}"
    return said


def _number(value: Any) -> float | None:
    """A record's number, if it is one: records may come from anywhere."""
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15  # and no NaN
    return float(value) if usable else None


def _complain(problems: Sequence[str]) -> None:
    """Raise one error for all that went wrong."""
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise UserError(problems[0] + more)
