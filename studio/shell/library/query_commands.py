"""What the palette offers of the library's filters and orders, and of what has no action of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from studio.shell.commands import Entry, entry, entry_of_button
from studio.shell.i18n import tr
from studio.shell.library.filters import DAYS, KINDS

if TYPE_CHECKING:
    from studio.shell.library.page import LibraryPage
    from studio.shell.library.source import Query

_RATINGS = ("Any rating", "Rated", "2 stars and more", "3 stars and more", "4 stars and more", "5 stars")
_SORTS = (("newest", "Newest first"), ("oldest", "Oldest first"), ("title", "By title"), ("rating", "Best rated first"))

ASKED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    *((name, icon, {"kind": kind}) for kind, name, icon in KINDS),
    *((name, "star", {"rating": rating}) for rating, name in enumerate(_RATINGS)),
    *((name, "calendar-blank", {"days": days}) for days, name in DAYS),
    *((name, "list-bullets", {"sort": sort}) for sort, name in _SORTS),
    ("Favourites only", "heart", {"favourites": True}),
    ("Favourites and others", "heart", {"favourites": False}),
    ("Show the trash", "trash", {"trash": True}),
    ("Leave the trash", "arrow-bend-up-left", {"trash": False}),
)
"""What can be asked for: its name, its icon, and what changes in the query."""


def entries(query: Query | None, show: Callable[[], LibraryPage]) -> Iterator[Entry]:
    """All that can be asked for now.

    Args:
        query: what the page shows; None as long as it has not been made.
        show: shows the page and returns it.
    """

    def ask(**changes: Any) -> None:
        page = show()
        page.show_query(page.filters.query.with_(**changes))

    for name, icon, changes in ASKED:
        if query is None or any(getattr(query, key) != value for key, value in changes.items()):
            yield entry("Library: {name}", icon, partial(ask, **changes), name=name, told=tr(name))


def importing(show: Callable[[], LibraryPage]) -> Entry:
    """Bringing files in, for where the page is not seen; there it is one of its actions."""
    return entry("Import…", "download-simple", lambda: show().import_files())


def entries_of(page: LibraryPage) -> Iterator[Entry]:
    """What the page offers while it is seen, besides its actions."""
    if page.grid.selection.current >= 0:
        for rating in range(6):
            run = partial(page.rate, rating)
            yield Entry(tr("{rating} of 5 stars", rating=rating), f"{rating} of 5 stars", str(rating), "star", run)
    if page.filters.query.trash and page.filters.empty_trash.isEnabled():
        yield entry_of_button(page.filters.empty_trash)
