"""The text viewer: plain text that streams in and can be edited, with word count, find, copy and export."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from studio.disk import durable
from studio.shell.drafts import Draft
from studio.shell.i18n import count, say, tr, tr_error
from studio.shell.library import errands
from studio.shell.saving import ask_where
from studio.shell.theme import set_role, tokens
from studio.shell.viewers.base import Sibling, Viewer
from studio.shell.viewers.controls import action_button
from studio.shell.widgets import ElidedLabel, label, tool_button

if TYPE_CHECKING:
    from studio.library import Item

MOST_BYTES = 2**20
"""A novel's worth; laying out more would hold up the window."""

_LONGEST_LINE = 4000
"""Longer lines are shown broken, and the text then is read only: Qt lays out a line as a whole."""
_PAGE_WIDTH = 760
_MOST_MARKED = 1000

_OVERLONG = re.compile(rf"([^\n]{{{_LONGEST_LINE}}})(?=[^\n])")


class TextViewer(Viewer):
    """Plain text, never rich.

    Signals:
        edited: the artist changed the text; carries all of it, half a second after the last key.
    """

    edited = Signal(str)
    kind = "text"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page = _Page(self)
        say(self.page.setAccessibleName, "Text")
        self.page.textChanged.connect(self._on_change)
        self.page.setReadOnly(True)  # what grows here, its file replaces
        self.canvas.addWidget(self.page)
        self._find_row = _FindRow()
        self._find_row.hide()
        self._find_row.changed.connect(self._mark)
        self._find_row.stepped.connect(self._find)
        self._find_row.closed.connect(self._end_finding)
        self.canvas.addWidget(self._find_row)
        self._count = ElidedLabel()
        set_role(self._count, "muted")
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(500)
        self._later.timeout.connect(self._settle)
        self._saved = ""
        self._drafts: dict[Path, tuple[str, str]] = {}  # by file: its item's id, empty for none, and the text
        self._filling = False
        self._truncated = False
        self._peeking = False
        self.action("Find", "magnifying-glass", self._start_finding, "Ctrl+F")
        self.action("Copy all", "copy", self._copy, "Ctrl+Alt+C")
        self._export_action = self.action("Export as Markdown…", "export", self._export, "Ctrl+Shift+E")
        self._keep = self.action("Save as new version", "floppy-disk", self._keep_version, "Ctrl+S")
        self._keep.setEnabled(False)
        self.bar.addWidget(self._count, 1)
        for action in (*self.actions()[1:], self.full_screen_action):
            self.bar.addWidget(action_button(action))
        self._settle()

    @property
    def text(self) -> str:
        """What is shown."""
        return self.page.toPlainText()

    def append_text(self, text: str) -> None:
        """Write on at the end; the view follows only if the end was in view."""
        bar = self.page.verticalScrollBar()
        following = bar.value() >= bar.maximum() - 4
        cursor = QTextCursor(self.page.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self._filling = True
        cursor.insertText(text.replace("\0", "\ufffd"), QTextCharFormat())
        self._filling = False
        self.show_content()
        if following:
            bar.setValue(bar.maximum())
        if not self._later.isActive():
            self._later.start()

    def show_file(self, path: Path, item: Item | None = None, siblings: Sequence[Sibling] = ()) -> None:
        """Show a text; one that is shown already and was edited stays as it is."""
        if path == self.path and self._edited:
            self.show_content()
        else:
            super().show_file(path, item, siblings)

    def retranslate(self) -> None:
        """Count again in the window's language."""
        self._settle()

    def become_quick_look(self) -> None:
        """Text that was just opened for a look is read, not edited."""
        self._peeking = True
        self.page.setReadOnly(True)

    def take_drafts(self) -> list[Draft]:
        """Texts that no library keeps; once taken, they are not there again with their files."""
        taken, self._drafts = self._drafts, {}
        return [Draft(str(path), item, text) for path, (item, text) in taken.items()]

    def quick_look_parts(self) -> list[QWidget]:
        """The page types nothing there."""
        return [self, self.page]

    def _load(self, path: Path) -> None:
        self.page.setReadOnly(True)
        self.keep(self.background.run(partial(read_text, path), self._loaded, self._not_loaded, self))

    def _loaded(self, answer: tuple[str, bool]) -> None:
        text, self._truncated = answer
        self._fill(text)
        self._saved = text
        self._keep.setEnabled(False)
        # A part of a file must not be kept as if it were the whole.
        self.page.setReadOnly(self._truncated or self._peeking)
        if self.path is not None and not self.page.isReadOnly() and (draft := self._drafts.pop(self.path, None)):
            self._fill(draft[1])
        self.show_content()
        self.loaded.emit()

    def _leave(self) -> None:
        """Keep an edited text: as a new version where it belongs to the library, else until its file is shown again."""
        if self._edited and self.path is not None:
            if self._library_folder() is not None:
                self._keep_version()
            else:
                self._drafts[self.path] = (self.item.id if self.item is not None else "", self.text)
                self._saved = self.text

    @property
    def _edited(self) -> bool:
        return self.path is not None and not self.page.isReadOnly() and self.text != self._saved

    def _not_loaded(self, error: Exception) -> None:
        self.fail(tr("This text cannot be read: {reason}", reason=tr_error(error)))

    def _clear(self) -> None:
        self._fill("")
        self._saved, self._truncated = "", False
        self.page.setReadOnly(True)
        self._keep.setEnabled(False)

    def _fill(self, text: str) -> None:
        self._filling = True
        self.page.setPlainText(text)
        self._filling = False
        self._settle()

    def _on_change(self) -> None:
        if not self._filling:
            self._later.start()

    def _settle(self) -> None:
        """Count, and announce an edit, once the keys rest."""
        from studio.library.formats.texts import count_words, is_drawing

        text = self.text
        say(self._export_action.setText, "Export as SVG…" if is_drawing(text) else "Export as Markdown…")
        counted = count("{count} word", "{count} words", count_words(text))
        letters = count("{count} character", "{count} characters", len(text))
        self._count.set_whole(" · ".join(filter(None, (counted, letters, self._note()))))
        changed = self._edited
        self._keep.setEnabled(changed and self._library_folder() is not None)
        if changed:
            self.edited.emit(text)

    def _note(self) -> str:
        return tr("too long to edit here") if self._truncated else ""

    def _copy(self) -> None:
        self._with_whole(lambda text: QApplication.clipboard().setText(text))

    def _keep_version(self) -> None:
        """Keep the text as a new item, whatever is shown meanwhile; the one it was made from stays as it is."""
        path, folder = self.path, self._library_folder()
        if path is None or self.item is None or folder is None:
            return
        text, before, self._saved = self.text, self._saved, self.text
        self._keep.setEnabled(False)
        work = partial(errands.keep_text, folder, self.item.id, text)
        done = partial(self._version_kept, path, self.item.id)
        self.background.run(work, done, partial(self._not_kept, path, self.item.id, text, before), outlasts=True)

    def _version_kept(self, path: Path, old_id: str, new_id: str) -> None:
        if not shiboken6.isValid(self):
            return
        if path == self.path:
            self._settle()
            self._count.set_whole(tr("Saved as a new version in the library."))
        self.version_kept.emit(old_id, new_id)

    def _not_kept(self, path: Path, item_id: str, text: str, before: str, error: Exception) -> None:
        """Have the text there, unsaved: here, or when its file is shown the next time."""
        if not shiboken6.isValid(self):
            return
        sentence = tr("The text could not be saved: {reason}", reason=tr_error(error))
        if path == self.path and not self.page.isReadOnly():  # it is while its file is being read
            self._saved = before
            if self.text == before:
                self._fill(text)
            self._settle()
            self._count.set_whole(sentence)
        else:
            self._drafts[path] = (item_id, text)
        self.version_lost.emit(sentence)

    def _library_folder(self) -> Path | None:
        """The library that the shown file lies in, if it does."""
        if self.item is None or self.path is None or not self.item.file:
            return None
        folder = self.path.parents[self.item.file.count("/")]
        return folder if folder / self.item.file == self.path else None

    def _export(self) -> None:
        from studio.library.formats.texts import is_drawing

        endings = (".svg", ".txt") if is_drawing(self.text) else (".md", ".txt")
        stem = self.path.stem if self.path is not None else "text"
        ask_where(self, stem, endings, lambda target: self._with_whole(partial(self._write, target)))

    def _write(self, target: Path, text: str) -> None:
        work = partial(durable.write_bytes, target, text.encode("utf-8", "replace"))
        self.background.run(work, partial(self._exported, target), self._not_exported, self)

    def _with_whole(self, then: Callable[[str], object]) -> None:
        """Call `then` with all of the text as it stands in its file where only a part is shown, or lines are broken."""
        if self._truncated and self.path is not None:
            read = partial(_decoded, self.path, -1)
            self.background.run(read, lambda answer: then(answer[0]), self._not_exported, self)
        else:
            then(self.text)

    def _exported(self, target: Path, _done: None) -> None:
        self._count.set_whole(tr("Written to {path}.", path=target))

    def _not_exported(self, error: Exception) -> None:
        self._count.set_whole(tr("The file could not be written: {reason}", reason=tr_error(error)))

    # ---- finding -----------------------------------------------------------------------------------------

    def _start_finding(self) -> None:
        self._find_row.show()
        self._find_row.box.setFocus()
        self._find_row.box.selectAll()
        self._mark(self._find_row.box.text())

    def _end_finding(self) -> None:
        self._find_row.hide()
        self.page.setExtraSelections([])
        self.page.setFocus()

    def _mark(self, wanted: str) -> None:
        """Mark every place where `wanted` stands and go to the next one."""
        marks: list[QTextEdit.ExtraSelection] = []
        document = self.page.document()
        found = QTextCursor(document)
        while wanted and len(marks) < _MOST_MARKED:
            found = document.find(wanted, found)
            if found.isNull():
                break
            mark = QTextEdit.ExtraSelection()
            mark.cursor = QTextCursor(found)
            mark.format.setBackground(QColor(tokens().selected))
            marks.append(mark)
        self.page.setExtraSelections(marks)
        self._find_row.say_found(len(marks) if wanted else -1)
        if marks:
            start = self.page.textCursor()
            start.setPosition(start.selectionStart())
            self.page.setTextCursor(start)
            self._find(1)

    def _find(self, direction: int) -> None:
        wanted = self._find_row.box.text()
        flag = QTextDocument.FindFlag.FindBackward if direction < 0 else QTextDocument.FindFlag(0)
        if wanted and not self.page.find(wanted, flag):
            edge = QTextCursor.MoveOperation.End if direction < 0 else QTextCursor.MoveOperation.Start
            self.page.moveCursor(edge)
            self.page.find(wanted, flag)


class _Page(QPlainTextEdit):
    """The text in a column of readable width."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("Page")
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setStyleSheet("#Page { background: transparent; border: none; border-radius: 0; padding: 0; }")
        font = QFont(self.font())
        font.setPixelSize(16)
        self.setFont(font)
        self.setTabChangesFocus(True)

    def resizeEvent(self, event: object) -> None:
        """Keep lines readable on wide screens."""
        margin = max(24, (self.width() - _PAGE_WIDTH) // 2)
        self.setViewportMargins(margin, 24, margin, 0)
        super().resizeEvent(event)  # type: ignore[arg-type]

    def insertFromMimeData(self, source: object) -> None:
        """Take the text of what is pasted, nothing else."""
        if source.hasText():  # type: ignore[attr-defined]
            self.insertPlainText(source.text())  # type: ignore[attr-defined]


class _FindRow(QWidget):
    """A search box with arrows.

    Signals:
        changed: other words.
        stepped: on to the next (+1) or previous (−1) place.
        closed: done.
    """

    changed = Signal(str)
    stepped = Signal(int)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("Panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.box = QLineEdit()
        say(self.box.setPlaceholderText, "Find in this text")
        say(self.box.setAccessibleName, "Find in this text")
        self.box.textChanged.connect(self.changed)
        self.box.returnPressed.connect(partial(self.stepped.emit, 1))
        self._found = label(role="muted")
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 6, 12, 6)
        line.addWidget(self.box, 1)
        line.addWidget(self._found)
        line.addWidget(tool_button("caret-up", "Previous place", partial(self.stepped.emit, -1)))
        line.addWidget(tool_button("caret-down", "Next place", partial(self.stepped.emit, 1)))
        line.addWidget(tool_button("x", "Close", self.closed.emit))

    def say_found(self, number: int) -> None:
        """Say how many places were found; −1 when nothing was looked for."""
        more = "+" if number >= _MOST_MARKED else ""
        found = tr("{number} found", number=f"{number}{more}") if number else tr("not found")
        self._found.setText(found if number >= 0 else "")

    def event(self, event: QEvent) -> bool:
        """Escape is this row's, before it is the page's shortcut for cancelling."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape ends the search."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


def read_text(path: Path) -> tuple[str, bool]:
    """The text of a file and whether that is not all of it as it stands there.

    Bytes that are no UTF-8 become replacement characters; NULs too, as Qt ends lines there.

    Raises:
        OSError: the file cannot be read.
    """
    text, whole = _decoded(path, MOST_BYTES)
    broken = _OVERLONG.sub(r"\1\n", text)
    return broken, not whole or broken != text


def _decoded(path: Path, most: int) -> tuple[str, bool]:
    """The first `most` bytes of a file as text, all of them for −1, and whether there are no more."""
    with path.open("rb") as file:
        data = file.read(most)
        whole = not file.read(1)
    text = data.decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd"), whole
