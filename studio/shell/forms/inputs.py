"""Editor of inputs: pictures, sound, notes, models, video and texts that a generator starts from.

A value is a reference, ``"item:ID"`` or ``"file:/absolute/path"``; it is filled by drag and drop, the file dialog,
paste, from the library, or, where it is notes, by drawing them.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPixmap,
)
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from studio.disk.durable import write_bytes
from studio.sdk.generator import GeneratorSpec
from studio.sdk.parameters import Field, Json
from studio.shell.forms.editor import Editor
from studio.shell.i18n import tr
from studio.shell.icons import pixmap
from studio.shell.theme import set_role, tokens
from studio.shell.widgets import ElidedLabel, button, column, row, tool_button
from studio.shell.workshop import INPUT_OF, KIND_ICONS, SUFFIXES, Workshop

if TYPE_CHECKING:
    from studio.library.items import Item
    from studio.shell.viewers.background import Task
    from studio.shell.viewers.inspector import Inquiry

ITEMS_MIME = "application/x-atelier-items"
"""Ids of library items being dragged, one per line."""

THUMBNAIL = 64
PASTED_LIMIT = 64 * 1024 * 1024
"""Most bytes a pasted picture or text may take."""


class InputEditor(Editor):
    """A well that holds one input and shows what is in it."""

    def __init__(self, spec: GeneratorSpec, field: Field, workshop: Workshop, parent: QWidget | None = None) -> None:
        super().__init__(spec, field, parent)
        self._workshop = workshop
        self._value: str | None = None
        self._shown = QImage()
        self._looking: Task | Inquiry | None = None
        self.setAcceptDrops(True)
        self._well = QFrame(self)
        self._well.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        set_role(self._well, "card")
        self._picture = QLabel()
        self._picture.setFixedSize(THUMBNAIL, THUMBNAIL)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._name = ElidedLabel()
        self.choose = tool_button("folder-open", "Choose a file", self._choose)
        self.library_button = tool_button("books", "Take from the library", self._pick)
        self.paste_button = tool_button("paperclip", "Paste", self.paste)
        self.draw_button = button("Draw…", self.draw, icon="pencil-simple", role="quiet")
        if field.kind != "score":
            self.draw_button.hide()
        self.clear_button = tool_button("x", "Take it out", self.reset)
        filling = (self.choose, self.library_button, self.paste_button, self.draw_button)
        buttons = row(*filling, None, self.clear_button, spacing=2)
        inside = row(self._picture, column(self._name, buttons, spacing=2), spacing=8)
        inside.setContentsMargins(6, 6, 6, 6)
        self._well.setLayout(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._well)
        workshop.library_opened.connect(self._look_again)
        self.retranslate()

    @property
    def item_kind(self) -> str:
        """The kind of library item that fits."""
        return INPUT_OF.get(self.field.kind, self.field.kind)

    def value(self) -> Json:
        """The reference, or None."""
        return self._value

    def set_value(self, value: Json) -> None:
        """Hold what `value` refers to."""
        if value is not None and not isinstance(value, str):
            return
        if (value or None) != self._value:
            self._value = value or None
            self._look()
            self.retranslate()
            self.changed.emit()

    def set_file(self, path: Path) -> None:
        """Hold a file."""
        self.set_value(f"file:{path.absolute()}")

    def input_widget(self) -> QWidget:
        """The well."""
        return self._well

    def retranslate(self) -> None:
        """Show what is held."""
        self._name.set_whole(self._told())
        set_role(self._name, "" if self._value else "muted")
        self._show_picture()
        self.clear_button.setVisible(self._value is not None)
        self._well.setAccessibleName(f"{self.title}: {self._told()}")

    # ---- filling ---------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take what fits this kind."""
        if self.fits(event.mimeData()):
            event.acceptProposedAction()
            self._well.setProperty("invalid", False)
            set_role(self._well, "target")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It went on."""
        super().dragLeaveEvent(event)
        set_role(self._well, "card")

    def dropEvent(self, event: QDropEvent) -> None:
        """Hold what was dropped."""
        set_role(self._well, "card")
        if self.take(event.mimeData()):
            event.acceptProposedAction()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Paste into the well by the usual keys."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        else:
            super().keyPressEvent(event)

    def paste(self) -> None:
        """Hold what is on the clipboard: a file, an item, a picture or a text."""
        # an empty clipboard answers None on some platforms
        self.take(QGuiApplication.clipboard().mimeData() or QMimeData())

    def take(self, data: QMimeData) -> bool:
        """Hold what `data` carries, if anything in it fits."""
        reference = self.reference_in(data) or self._kept(data)
        if reference:
            self.set_value(reference)
        return bool(reference)

    def fits(self, data: QMimeData) -> bool:
        """Whether `take` would hold something of `data`."""
        return bool(self.reference_in(data)) or self._is_picture(data) or self._is_text(data)

    def reference_in(self, data: QMimeData) -> str:
        """The first item or file in `data` that fits, as a reference; empty when none does."""
        if data.hasFormat(ITEMS_MIME):
            carried = data.data(ITEMS_MIME)
            for line in bytes(carried.data()).decode("utf-8", "replace").splitlines():
                item = self._workshop.item(line)
                if item is not None and item.kind == self.item_kind:
                    return f"item:{item.id}"
        for url in data.urls():
            path = Path(url.toLocalFile())
            if url.isLocalFile() and path.name.lower().endswith(SUFFIXES[self.field.kind]) and path.is_file():
                return f"file:{path.absolute()}"
        return ""

    def _is_picture(self, data: QMimeData) -> bool:
        return self.item_kind == "image" and data.hasImage()

    def _is_text(self, data: QMimeData) -> bool:
        return self.item_kind == "text" and not data.hasUrls() and bool(data.text().strip())

    def _kept(self, data: QMimeData) -> str:
        """A pasted picture or text, written into a file of the studio's state."""
        if self._is_picture(data):
            picture = QImage(data.imageData())
            if picture.isNull():
                return ""
            from PySide6.QtCore import QBuffer, QByteArray, QIODevice  # each costs the start a little

            content = QByteArray()
            buffer = QBuffer(content)
            buffer.open(QIODevice.OpenModeFlag.WriteOnly)
            picture.save(buffer, "PNG")  # type: ignore[call-overload]
            return self._keep(bytes(content.data()), ".png")
        if self._is_text(data):
            return self._keep(data.text().encode("utf-8", "replace"), ".txt")
        return ""

    def _keep(self, content: bytes, suffix: str, *, named: str = "") -> str:
        if len(content) > PASTED_LIMIT:
            return ""
        import hashlib  # 6 ms of OpenSSL that most sessions never need

        folder = self._workshop.home.state / "pasted"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{named}{hashlib.sha256(content).hexdigest()[:16]}{suffix}"
        if not path.exists():
            write_bytes(path, content)
        return f"file:{path.absolute()}"

    def _choose(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        pattern = " ".join(f"*{suffix}" for suffix in SUFFIXES[self.field.kind])
        chosen, _ = QFileDialog.getOpenFileName(self, self.title, "", f"{self.title} ({pattern})")
        if chosen:
            self.set_file(Path(chosen))

    def _pick(self) -> None:
        from studio.shell.forms.item_picker import ItemPicker

        picker = ItemPicker(self._workshop, self.item_kind, self)
        if picker.exec() and picker.chosen:
            self.set_value(f"item:{picker.chosen}")
        picker.deleteLater()

    def draw(self) -> None:
        """Draw notes, on those that are held if there are any; what is drawn is held as a file."""
        from studio.shell.score_editor.dialog import ScoreDialog

        dialog = ScoreDialog(self._file(), partial(self._keep, suffix=".mid", named="drawn-"), self)
        dialog.drawn.connect(self.set_value)
        dialog.open()

    # ---- showing ---------------------------------------------------------------------------------------------

    def _told(self) -> str:
        if self._value is None:
            return tr("Drop something here")
        if self._value.startswith("file:"):
            return Path(self._value.removeprefix("file:")).name
        item = self._workshop.item(self._value.removeprefix("item:"))
        return item.title if item else tr("Not in the library any more")

    def _look(self) -> None:
        """Have a small picture of what is held made; until it is there, the kind's icon stands for it."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        self._shown = QImage()
        path = self._picture_file()
        if path is None:
            self._draw_small()
            return
        from studio.shell.library.thumbnails import decode
        from studio.shell.viewers.background import Background
        from studio.shell.viewers.pictures import MOST_PIXELS

        side = int(THUMBNAIL * self.devicePixelRatio())
        work = partial(decode, path, side, most=MOST_PIXELS)
        self._looking = Background.shared().run(work, self._looked, owner=self)

    def _draw_small(self) -> None:
        """Have a file's notes drawn small; an item's have been."""
        path = self._file()
        if self.item_kind != "score" or path is None or not path.is_file():
            return
        from studio.shell.viewers.inspector import Inspector, Measured

        side = int(THUMBNAIL * self.devicePixelRatio())

        def done(measured: Measured) -> None:
            self._looked(measured.picture(side))

        self._looking = Inspector.shared().ask("thumbnail", path, done, lambda _: None, self)

    def _look_again(self) -> None:
        """The library is there now: what is held may be one of its items."""
        self._look()
        self.retranslate()

    def _looked(self, picture: QImage) -> None:
        self._shown = picture
        self._show_picture()

    def _show_picture(self) -> None:
        if self._shown.isNull():
            shown = pixmap(KIND_ICONS[self.field.kind], 32, tokens().muted)
        else:
            shown = QPixmap.fromImage(self._shown)
            shown.setDevicePixelRatio(self.devicePixelRatio())
        self._picture.setPixmap(shown)

    def _file(self) -> Path | None:
        """Where what is held lies; None for nothing, or for an item that is not there any more."""
        if self._value is None or self._value.startswith("file:"):
            return Path(self._value.removeprefix("file:")) if self._value else None
        item = self._workshop.item(self._value.removeprefix("item:"))
        return self._workshop.item_file(item) if item else None

    def _picture_file(self) -> Path | None:
        """A picture file that shows what is held, if there is one."""
        if self._value is None:
            return None
        if self._value.startswith("file:"):
            return Path(self._value.removeprefix("file:")) if self.item_kind == "image" else None
        item: Item | None = self._workshop.item(self._value.removeprefix("item:"))
        return self._workshop.thumbnail_file(item) if item else None
