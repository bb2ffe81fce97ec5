"""The results of this session, in the order they came."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QIcon, QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QListWidget, QListWidgetItem, QWidget

from studio.shell.create.shots import Shot, as_it_is
from studio.shell.i18n import say
from studio.shell.icons import pixmap
from studio.shell.theme import tokens
from studio.shell.widgets import as_plain_tip
from studio.shell.workshop import KIND_ICONS, Workshop

SIDE = 64
LIMIT = 300
"""Results shown; older ones of the session are in the library all the same."""


class Filmstrip(QListWidget):
    """A row of thumbnails; choosing two makes them comparable.

    Signals:
        opened(Shot): the artist chose one, or clicked once more on the one chosen last.
        looked_at(Shot): space, for a quick look.
        pair_chosen(bool): whether exactly two are chosen.
    """

    opened = Signal(Shot)
    looked_at = Signal(Shot)
    pair_chosen = Signal(bool)

    def __init__(self, workshop: Workshop, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workshop = workshop
        self.setObjectName("Filmstrip")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setIconSize(QSize(SIDE, SIDE))
        self.setGridSize(QSize(SIDE + 12, SIDE + 12))
        self.setFixedHeight(SIDE + 26)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        say(self.setAccessibleName, "Results of this session")
        self.itemSelectionChanged.connect(self._selected)
        self.currentItemChanged.connect(lambda now, _: self._opened(now))
        self.itemClicked.connect(self._clicked)
        self.itemActivated.connect(self._clicked)
        workshop.bridge.item_drawn.connect(self._drawn)

    def add(self, shot: Shot) -> None:
        """Put a result at the right end."""
        entry = QListWidgetItem()
        _name(entry, shot)
        entry.setIcon(QIcon(pixmap(KIND_ICONS.get(shot.kind, "file"), 32, tokens().muted)))
        entry.setSizeHint(QSize(SIDE + 12, SIDE + 12))
        self.addItem(entry)
        if self.count() > LIMIT:
            self.takeItem(0)
        self._load(entry, shot)
        self.scrollToItem(entry)

    def shots(self) -> list[Shot]:
        """All results that are not in the trash, oldest first."""
        return [_shot(entry) for entry in self._shown()]

    def chosen(self) -> list[Shot]:
        """The chosen results, in their order."""
        return [_shot(entry) for entry in self._shown() if entry.isSelected()]

    def beside(self, item_id: str) -> Shot | None:
        """The result after this one, which need not be shown any more, or else the one before it."""
        entries = [self.item(place) for place in range(self.count())]
        at = next((place for place, entry in enumerate(entries) if _shot(entry).item == item_id), len(entries))
        near = [*entries[at + 1 :], *reversed(entries[:at])]
        return next((_shot(entry) for entry in near if not entry.isHidden()), None)

    def look_again(self) -> None:
        """Follow the library: what is in the trash is not shown, and is at its place again when it was taken out."""
        for place in range(self.count()):
            entry = self.item(place)
            now = as_it_is(self._workshop, _shot(entry))
            entry.setHidden(now is None)
            if now is not None:
                _name(entry, now)
            else:
                entry.setSelected(False)
                if entry is self.currentItem():
                    self.setCurrentRow(-1)

    def show_shot(self, shot: Shot) -> None:
        """Mark a result as the one on the stage."""
        entry = next((known for known in self._shown() if _shot(known) == shot), None)
        if entry is not None:
            self.blockSignals(True)
            self.clearSelection()
            self.setCurrentItem(entry)
            self.blockSignals(False)
            self._selected()

    def step(self, by: int) -> Shot | None:
        """Go to the result before (−1) or after (+1); None where there is none."""
        entries, current = self._shown(), self.currentItem()
        place = entries.index(current) + by if current in entries else -1
        if not 0 <= place < len(entries):
            return None
        self.setCurrentItem(entries[place])
        return _shot(entries[place])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space is for a quick look, as in the library."""
        entry = self.currentItem()
        if event.key() == Qt.Key.Key_Space and not event.modifiers() and entry is not None:
            self.looked_at.emit(_shot(entry))
        else:
            super().keyPressEvent(event)

    def mimeData(self, items: object) -> QMimeData:
        """Files for other programs, ids for our own forms."""
        shots = [_shot(entry) for entry in items]  # type: ignore[attr-defined]
        carried = QMimeData()
        carried.setUrls([QUrl.fromLocalFile(str(shot.path)) for shot in shots])
        carried.setData("application/x-atelier-items", "\n".join(shot.item for shot in shots).encode())
        return carried

    def _shown(self) -> list[QListWidgetItem]:
        entries = [self.item(place) for place in range(self.count())]
        return [entry for entry in entries if not entry.isHidden()]

    def _selected(self) -> None:
        self.pair_chosen.emit(len(self.selectedItems()) == 2)

    def _opened(self, entry: QListWidgetItem | None) -> None:
        if entry is not None:
            self.opened.emit(_shot(entry))

    def _clicked(self, entry: QListWidgetItem) -> None:
        """The current entry may be off the stage: the next job grows there, or has failed."""
        if self.selectedItems() == [entry]:
            self._opened(entry)

    def _drawn(self, item_id: str) -> None:
        """The worker has made a result's thumbnail."""
        for entry in self._shown():
            if _shot(entry).item == item_id:
                self._load(entry, _shot(entry))

    def _load(self, entry: QListWidgetItem, shot: Shot) -> None:
        """Read the thumbnail off the window's thread; the medium's sign stays while there is none."""
        from studio.shell.viewers.background import Background

        side = int(SIDE * self.devicePixelRatio())

        def done(picture: QImage) -> None:
            if not picture.isNull() and self.row(entry) >= 0:
                made = QPixmap.fromImage(picture)
                made.setDevicePixelRatio(self.devicePixelRatio())
                entry.setIcon(QIcon(made))

        Background.shared().run(lambda: self._thumbnail(shot, side), done, lambda _: None, owner=self)

    def _thumbnail(self, shot: Shot, side: int) -> QImage:
        """Runs on a background thread."""
        from studio.shell.library.thumbnails import decode  # not before the first paint

        item = self._workshop.item(shot.item)
        path = self._workshop.thumbnail_file(item) if item is not None else None
        if path is None and shot.kind == "image":
            path = shot.path
        return decode(path, side) if path is not None else QImage()


def _shot(entry: QListWidgetItem) -> Shot:
    shot: Shot = entry.data(Qt.ItemDataRole.UserRole)
    return shot


def _name(entry: QListWidgetItem, shot: Shot) -> None:
    """Let an entry stand for a result, under its name."""
    entry.setData(Qt.ItemDataRole.UserRole, shot)
    entry.setToolTip(as_plain_tip(shot.title))
    entry.setData(Qt.ItemDataRole.AccessibleTextRole, shot.title)
