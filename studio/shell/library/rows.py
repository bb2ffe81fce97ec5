"""The rows the grid looks at: pages fetched off the GUI thread as they scroll into view, a few kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from studio.library.database import IndexClosedError
from studio.shell.library.source import Look, Query, QueryError, Row, Source
from studio.shell.viewers.background import Background, Task

PAGE = 64
KEPT_PAGES = 64


class LibraryRows(QObject):
    """A window on a query's results.

    Signals:
        reset: other results; every row may differ. Comes with the new count.
        grown: the rows stay, but there are this many in all.
        changed: rows from first up to, not including, last arrived or changed.
        failed: the query could not be answered; carries a sentence. Empty when it can again.

    Attributes:
        followed: tells which rows are looked for again whenever there are other results.
        places: where those stand in the newest results, by their rows before; during `reset`.
        is_other_query: whether the newest results are those of another query; during `reset`.
    """

    reset = Signal(int)
    grown = Signal(int)
    changed = Signal(int, int)
    failed = Signal(str)

    def __init__(self, source: Source, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.source = source
        self.query = Query()
        self.count = 0
        self.loaded = False
        self._background = background
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._stale: set[int] = set()
        self._wanted: list[int] = []
        self._fetching: Task | None = None
        self._counting: Task | None = None
        self._looking: Task | None = None
        self._look_again = ""
        self.followed: Callable[[], Sequence[int]] = tuple
        self.places: Mapping[int, int] = {}
        self.is_other_query = False
        self._held: dict[int, Row] = {}  # the followed, where they stand now: old pages know others there
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(120)
        self._again.timeout.connect(self.refresh)

    def search(self, query: Query) -> None:
        """Look at another query's results; those of the last one stay until the new ones are known."""
        if query != self.query or not self.loaded:
            self.query = query
            self._look(fresh=True)

    def refresh(self) -> None:
        """Ask again, because the library changed; rows stay shown until their successors arrive."""
        self._look(fresh=False)

    def refresh_soon(self) -> None:
        """`refresh`, once for a burst of changes."""
        if not self._again.isActive():
            self._again.start()

    def row(self, index: int) -> Row | None:
        """Row `index` if it has been fetched."""
        number, offset = divmod(index, PAGE)
        if self._missing(number) and index in self._held:
            return self._held[index]
        page = self._pages.get(number)
        return page[offset] if page is not None and offset < len(page) else None

    def want(self, visible: range) -> None:
        """Fetch what these rows need, and the pages around them after that; earlier wishes are forgotten."""
        if not self.count:
            self._wanted = []
            return
        first, last = visible.start // PAGE, max(visible.start, visible.stop - 1) // PAGE
        end = (self.count - 1) // PAGE
        near = [*range(first, last + 1), last + 1, first - 1]
        self._wanted = [page for page in near if 0 <= page <= end and self._missing(page)]
        for page in range(first, last + 1):
            if page in self._pages:
                self._pages.move_to_end(page)
        self._fetch_next()

    def replace(self, ids: Iterable[str], change: Callable[[Row], Row]) -> None:
        """Show a change at once, before the library has confirmed it."""
        chosen = set(ids)
        for number, page in list(self._pages.items()):
            if any(row.id in chosen for row in page):
                self._pages[number] = [change(row) if row.id in chosen else row for row in page]
                self.changed.emit(number * PAGE, number * PAGE + len(page))

    def ids(self, runs: Iterable[range]) -> list[str] | None:
        """The ids of these rows if all have been fetched, else None."""
        found = []
        for run in runs:
            if len(run) > PAGE * KEPT_PAGES:
                return None
            for index in run:
                row = self.row(index)
                if row is None:
                    return None
                found.append(row.id)
        return found

    def _missing(self, page: int) -> bool:
        return page not in self._pages or page in self._stale

    def _look(self, *, fresh: bool, again: bool = False) -> None:
        """Ask for the beginning; while one answer is awaited, only the newest wish is remembered."""
        if self._looking:
            self._look_again = "fresh" if fresh or self._look_again == "fresh" else "stale"
            return
        self._look_again = ""
        if self._counting:
            self._counting.cancel()
            self._counting = None
        query, source = self.query, self.source
        followed = tuple(self.followed())
        ids = self.ids([range(row, row + 1) for row in followed]) or []

        def look() -> tuple[Look, dict[int, int]]:
            look, places = source.look(query, PAGE), source.places(query, ids, followed)
            return look, {row: places[item_id] for row, item_id in zip(followed, ids, strict=True) if item_id in places}

        self._looking = self._background.run(
            look, partial(self._looked, fresh, None if again else followed), self._not_looked, self
        )

    def _looked(self, fresh: bool, followed: Sequence[int] | None, answered: tuple[Look, Mapping[int, int]]) -> None:
        self._looking = None
        if followed is not None and followed != tuple(self.followed()) and not self._look_again:
            self._look(fresh=fresh, again=True)  # something else was selected meanwhile
            return
        answer, self.places = answered
        self.is_other_query = fresh
        if self._look_again:
            self._look(fresh=fresh or self._look_again == "fresh")
            return
        if self._fetching:
            self._fetching.cancel()
            self._fetching = None
        self.failed.emit("")
        self._held = {place: held for row, place in self.places.items() if (held := self.row(row)) is not None}
        if fresh:
            self._pages.clear()
        self._stale = set(self._pages)
        self._pages[0] = answer.rows
        self._stale.discard(0)
        # While the rest is being counted, a refreshed view keeps its length: nothing jumps.
        self.count = answer.count if answer.exact or fresh else max(answer.count, self.count)
        self.loaded = True
        self.reset.emit(self.count)
        if not answer.exact:
            query, source = self.query, self.source
            self._counting = self._background.run(lambda: source.count(query), self._counted, self._not_looked, self)

    def _counted(self, count: int) -> None:
        self._counting = None
        if count != self.count:
            self.count = count
            self.grown.emit(count)

    def _not_looked(self, error: Exception) -> None:
        self._looking = self._counting = None
        if isinstance(error, IndexClosedError):
            return  # the window is closing, and nobody looks any more
        if self._look_again:
            self._look(fresh=True)
            return
        if not isinstance(error, QueryError):
            raise error
        self.failed.emit(str(error))

    def _fetch_next(self) -> None:
        if self._fetching or not self._wanted:
            return
        page, query, source = self._wanted.pop(0), self.query, self.source
        self._fetching = self._background.run(
            lambda: list(source.rows(query, page * PAGE, page * PAGE + PAGE)),
            partial(self._fetched, page),
            self._not_fetched,
            self,
        )

    def _fetched(self, page: int, rows: Sequence[Row]) -> None:
        self._fetching = None
        self._stale.discard(page)
        same = self._pages.get(page) == rows
        self._pages[page] = rows
        self._pages.move_to_end(page)
        while len(self._pages) > KEPT_PAGES:
            dropped, _ = self._pages.popitem(last=False)
            self._stale.discard(dropped)
        if not same:
            self.changed.emit(page * PAGE, page * PAGE + max(1, len(rows)))
        self._fetch_next()

    def _not_fetched(self, error: Exception) -> None:
        self._fetching = None
        self._wanted = []
        if not isinstance(error, QueryError):
            raise error
        self.failed.emit(str(error))
