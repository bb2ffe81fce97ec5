"""The bar above the grid: search, filters, order and size."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.shell import icons
from studio.shell.i18n import say, tr, tr_message
from studio.shell.library.cells import KIND_ICONS
from studio.shell.library.grid import LARGEST, SMALLEST, USUAL
from studio.shell.library.parts import label
from studio.shell.library.source import SORTS, Query
from studio.shell.theme import set_role
from studio.shell.widgets import button, tool_button

KINDS = (
    ("", "All", "squares-four"),
    ("image", "Images", KIND_ICONS["image"]),
    ("text", "Texts", KIND_ICONS["text"]),
    ("audio", "Sound", KIND_ICONS["audio"]),
    ("score", "Scores", KIND_ICONS["score"]),
    ("mesh", "3D", KIND_ICONS["mesh"]),
    ("video", "Video", KIND_ICONS["video"]),
)
_SORT_NAMES = {"newest": "Newest first", "oldest": "Oldest first", "title": "By title", "rating": "Best rated first"}
DAYS = ((0, "Any time"), (1, "Last day"), (7, "Last 7 days"), (30, "Last 30 days"), (365, "Last year"))
_WIDE = 760
"""From this width on the media are named, not only drawn."""


class FilterBar(QWidget):
    """Everything that decides which items show, in which order and how large.

    Signals:
        query_changed: the artist wants other items or another order.
        side_changed: the artist wants thumbnails of another size.
        emptying_wanted: the trash is to be emptied.
        import_wanted: files are to be chosen and taken in.
        left: Enter, Escape or Down in the search box: on to the grid.
    """

    query_changed = Signal(object)
    side_changed = Signal(int)
    emptying_wanted = Signal()
    import_wanted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._query = Query()
        self._kinds = QButtonGroup(self)
        self._kind_buttons: list[QToolButton] = []
        self._build_search()
        self._build_filters()
        self._error = label(role="warning")
        self._error.hide()
        self._problem = ""
        self._lay_out()
        self.retranslate()

    @property
    def query(self) -> Query:
        """What is asked for."""
        return self._query

    def show_query(self, query: Query) -> None:
        """Show a query without announcing it."""
        self._query = query
        for widget in (self.search, self._sort, self._favourites, self._trash):
            widget.blockSignals(True)
        self.search.setText(query.text)
        self._sort.setCurrentIndex(SORTS.index(query.sort))
        self._favourites.setChecked(query.favourites)
        self._trash.setChecked(query.trash)
        for widget in (self.search, self._sort, self._favourites, self._trash):
            widget.blockSignals(False)
        for (kind, _, _), made in zip(KINDS, self._kind_buttons, strict=True):
            made.setChecked(kind == query.kind)
        self._rating.choices[query.rating].setChecked(True)
        days = [days for days, _ in DAYS]
        self._days.choices[days.index(query.days) if query.days in days else 0].setChecked(True)
        self.retranslate()

    def show_error(self, sentence: str) -> None:
        """Show why a search cannot be answered; an empty sentence takes that away."""
        self._problem = sentence
        self._error.setText(tr_message(sentence))
        self._error.setVisible(bool(sentence))

    def show_side(self, side: int) -> None:
        """Show a thumbnail size without announcing it."""
        self._size.blockSignals(True)
        self._size.setValue(side)
        self._size.blockSignals(False)

    def retranslate(self) -> None:
        """Say what is composed again in the window's language."""
        self._error.setText(tr_message(self._problem))
        self.empty_trash.setVisible(self._query.trash)
        for index, sort in enumerate(SORTS):
            self._sort.setItemText(index, tr(_SORT_NAMES[sort]))
        rating = self._query.rating
        self._rating.setText(tr("{rating} stars and more", rating=rating) if rating > 1 else "")
        if rating in {1, 5}:
            self._rating.setText(tr("Rated") if rating == 1 else tr("5 stars"))
        self._rating.setToolTip(tr("Filter by rating"))
        self._rating.setAccessibleName(tr("Filter by rating"))
        names = ("Any rating", "Rated", "2 stars and more", "3 stars and more", "4 stars and more", "5 stars")
        for action, name in zip(self._rating.choices, names, strict=True):
            action.setText(tr(name))
        for action, (days, name) in zip(self._days.choices, DAYS, strict=True):
            action.setText(tr(name))
            if days == self._query.days:
                self._days.setText(tr(name) if days else "")
        self._days.setToolTip(tr("Filter by date"))
        self._days.setAccessibleName(tr("Filter by date"))
        for menu in (self._rating, self._days):
            texted = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            menu.setToolButtonStyle(texted if menu.text() else Qt.ToolButtonStyle.ToolButtonIconOnly)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Name the media where there is room."""
        wide = event.size().width() >= _WIDE
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if wide else Qt.ToolButtonStyle.ToolButtonIconOnly
        for kind_button in self._kind_buttons:
            kind_button.setToolButtonStyle(style)
        super().resizeEvent(event)

    def _build_search(self) -> None:
        self.search = _SearchBox()
        say(self.search.setPlaceholderText, "Search titles, prompts and tags")
        say(self.search.setAccessibleName, "Search the library")
        self.search.textChanged.connect(lambda text: self._change(text=text))
        self.search.left.connect(self.left)
        self._sort = QComboBox()
        self._sort.addItems(list(SORTS))
        say(self._sort.setAccessibleName, "Order")
        say(self._sort.setToolTip, "Order")
        self._sort.activated.connect(lambda index: self._change(sort=SORTS[index]))
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._size.setRange(SMALLEST, LARGEST)
        self._size.setSingleStep(16)
        self._size.setPageStep(48)
        self._size.setValue(USUAL)
        self._size.setFixedWidth(96)
        say(self._size.setAccessibleName, "Thumbnail size")
        say(self._size.setToolTip, "Thumbnail size")
        self._size.valueChanged.connect(self.side_changed)

    def _build_filters(self) -> None:
        self._kinds.setExclusive(True)
        for number, (kind, name, icon) in enumerate(KINDS):
            made = tool_button(icon, name)
            made.setCheckable(True)
            say(made.setText, name)
            set_role(made, "medium")
            made.setChecked(not kind)
            self._kinds.addButton(made, number)
            self._kind_buttons.append(made)
        self._kinds.idClicked.connect(lambda number: self._change(kind=KINDS[number][0]))
        self._favourites = tool_button("heart", "Favourites only")
        self._favourites.setCheckable(True)
        self._favourites.toggled.connect(lambda on: self._change(favourites=on))
        self._rating = _MenuButton("star", 6)
        self._rating.chosen.connect(lambda rating: self._change(rating=rating))
        self._days = _MenuButton("calendar-blank", len(DAYS))
        self._days.chosen.connect(lambda place: self._change(days=DAYS[place][0]))
        self._trash = tool_button("trash", "Show the trash")
        self._trash.setCheckable(True)
        self._trash.toggled.connect(lambda on: self._change(trash=on))
        self.take_in = tool_button("download-simple", "Import…", self.import_wanted.emit)
        self.empty_trash = button("Empty the trash…", self.emptying_wanted.emit)
        self.empty_trash.hide()

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.search, 1)
        first.addWidget(self._sort)
        first.addWidget(self._size)
        second = QHBoxLayout()
        second.setSpacing(4)
        for kind_button in self._kind_buttons:
            second.addWidget(kind_button)
        second.addStretch(1)
        for widget in (self.empty_trash, self._favourites, self._rating, self._days, self._trash, self.take_in):
            second.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 8)
        layout.setSpacing(8)
        layout.addLayout(first)
        layout.addWidget(self._error)
        layout.addLayout(second)

    def _change(self, **changes: object) -> None:
        self._query = self._query.with_(**changes)
        self.retranslate()
        self.query_changed.emit(self._query)


class _SearchBox(QLineEdit):
    """The search box; Enter, Down and a second Escape lead on to the results.

    Signals:
        left: the artist is done typing.
    """

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "search")
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(160)
        self.setMaxLength(2000)
        icons.decorate(self.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition), "magnifying-glass", "muted")
        self.returnPressed.connect(self.left)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape empties first and leaves then; Down leaves."""
        key = event.key()
        if key == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif key in {Qt.Key.Key_Escape, Qt.Key.Key_Down}:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class _MenuButton(QToolButton):
    """A button with a menu of exclusive choices, which opens without holding up its caller.

    Attributes:
        choices: the menu's entries.

    Signals:
        chosen: the place of the choice taken.
    """

    chosen = Signal(int)

    def __init__(self, icon: str, entries: int) -> None:
        super().__init__()
        icons.decorate(self, icon)
        self.setIconSize(QSize(18, 18))
        self._menu = QMenu(self)
        group = QActionGroup(self._menu)
        for place in range(entries):
            action = self._menu.addAction("")
            action.setCheckable(True)
            action.setChecked(place == 0)
            group.addAction(action)
            action.triggered.connect(partial(self._choose, place))
        self.choices = self._menu.actions()
        self.clicked.connect(self._open)

    def _open(self) -> None:
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _choose(self, place: int, _checked: bool = False) -> None:
        self.chosen.emit(place)
