"""What all viewers share: showing a file, growing with a preview, full screen, and a sentence when something fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QLabel, QStackedLayout, QVBoxLayout, QWidget

from studio.shell.i18n import say, tr_message
from studio.shell.icons import decorate
from studio.shell.theme import set_role
from studio.shell.viewers.background import Background, Task
from studio.shell.viewers.controls import ControlBar

if TYPE_CHECKING:
    from studio.library import Item
    from studio.shell.drafts import Draft

Sibling: TypeAlias = "tuple[str, Path, Item | None]"
"""Another result of the same job: its kind, file and record."""


class Viewer(QWidget):
    """Shows artifacts of one medium.

    A viewer has a canvas in the middle, a bar of controls under it, and a sentence instead of both when there is
    nothing to show. Subclasses put their widgets into `canvas` and `bar` and implement `_load` and `_clear`.

    Attributes:
        path: the file shown, or None.
        item: its record, or None.
        siblings: other results of the same job.
        thumbnail: a small picture of the file, shown where the file itself cannot be.
        controls: the bar, which knows what makes room where it is narrow.

    Signals:
        loaded: the file is shown.
        failed: the file cannot be shown; carries a sentence.
        version_kept: what the artist changed is in the library; the id of the item shown then, and the new one's.
        version_lost: it could not be kept, and is there again when its file is shown; carries a sentence.
        sound_wanted: the score shown is to be made to sound.
    """

    loaded = Signal()
    failed = Signal(str)
    version_kept = Signal(str, str)
    version_lost = Signal(str)
    sound_wanted = Signal()
    kind = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Stage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.path: Path | None = None
        self.item: Item | None = None
        self.siblings: tuple[Sibling, ...] = ()
        self.thumbnail: Path | None = None
        self._tasks: list[Task] = []
        self._actions: list[QAction] = []
        self._message = QLabel()
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._message.setMargin(32)
        set_role(self._message, "muted")
        content = QWidget()
        content.setObjectName("FormBody")
        self.canvas = QVBoxLayout()
        self.canvas.setContentsMargins(0, 0, 0, 0)
        self.controls = ControlBar()
        self.bar = self.controls.line
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.canvas, 1)
        column.addWidget(self.controls)
        # All that is seen hangs in one widget, which full screen takes away and brings back.
        self._body = QWidget()
        self._body.setObjectName("Stage")
        self._body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._pages = QStackedLayout(self._body)
        self._pages.addWidget(content)
        self._pages.addWidget(self._message)
        self._frame = QVBoxLayout(self)
        self._frame.setContentsMargins(0, 0, 0, 0)
        self._frame.addWidget(self._body)
        self._full_screen: FullScreen | None = None
        self.full_screen_action = self.action("Full screen", "corners-out", self.toggle_full_screen, "F11")
        # Right after *Generate* the focus is on that button: the key works anywhere in the window that shows a viewer.
        self.full_screen_action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)

    # ---- what others call --------------------------------------------------------------------------------

    def show_file(self, path: Path, item: Item | None = None, siblings: Sequence[Sibling] = ()) -> None:
        """Show a file of this viewer's medium.

        Args:
            path: the file.
            item: its record, for facts that need not be measured again.
            siblings: other results of the same job: a score plays its recording, a recording shows its score.
        """
        self._leave()
        self._forget_tasks()
        self.path, self.item, self.siblings = path, item, tuple(siblings)
        self._load(path)

    def offer_before(self, path: Path | None) -> None:
        """Offer to compare with the picture this one was made from; other media ignore it."""

    def offer_sound(self, *, possible: bool) -> None:
        """Offer to make a score sound that has no recording, where that is possible; other media ignore it."""

    def show_preview(self, image: QImage) -> None:
        """Show a picture of the result while it is being made; media without pictures ignore it."""

    def append_text(self, text: str) -> None:
        """Show more of a text while it is being written; other media ignore it."""

    def append_audio(self, samples: bytes, sample_rate: int, channels: int) -> None:
        """Show more of a sound while it is being made: interleaved little-endian float32; other media ignore it."""

    def clear(self) -> None:
        """Show nothing and let go of the file."""
        self._leave()
        self._forget_tasks()
        self.path, self.item, self.siblings = None, None, ()
        self._clear()
        self.show_content()

    def actions(self) -> list[QAction]:
        """What can be done here, for menus and the command palette."""
        return list(self._actions)

    @property
    def fills_screen(self) -> bool:
        """Whether it is shown on a screen of its own now."""
        return self._full_screen is not None

    def toggle_full_screen(self) -> None:
        """Fill the screen, or come back: the same widgets, so that playing, views and edits go on."""
        if self._full_screen is not None:
            self._full_screen.close()
            return
        self._full_screen = FullScreen(self)
        self._full_screen.closed.connect(self._come_back)
        self._hang_in(self._full_screen.frame)
        self._full_screen.showFullScreen()
        self.setFocus()

    def _come_back(self) -> None:
        self._full_screen = None
        self._hang_in(self._frame)
        self.setFocus()

    def _hang_in(self, frame: QVBoxLayout) -> None:
        """Move all that is seen into a window's layout."""
        frame.addWidget(self._body)

    def take_drafts(self) -> list[Draft]:
        """What was edited here and is kept nowhere; from now on the caller has it, not the viewer."""
        return []

    def quick_look_parts(self) -> list[QWidget]:
        """The widgets in which space and arrows have no use of their own: quick look takes these keys there."""
        return [self]

    def become_quick_look(self) -> None:
        """From now on this viewer is only looked at: nothing is edited here."""

    # ---- what subclasses use -----------------------------------------------------------------------------

    def _load(self, path: Path) -> None:
        raise NotImplementedError

    def _clear(self) -> None:
        raise NotImplementedError

    def _leave(self) -> None:
        """What is shown is about to be let go; nothing the artist did to it may be lost."""

    def action(
        self, text: str, icon: str, triggered: Callable[..., object], keys: str = "", *, checkable: bool = False
    ) -> QAction:
        """Make an action of this viewer; its keys work while the focus is inside, on full screen too."""
        made = QAction(self)
        say(made.setText, text)
        decorate(made, icon)
        made.setCheckable(checkable)
        if keys:
            made.setShortcut(QKeySequence(keys))
        made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        if checkable:
            made.toggled.connect(triggered)
        else:
            made.triggered.connect(lambda: triggered())
        self.addAction(made)
        self._body.addAction(made)
        self._actions.append(made)
        return made

    def keep(self, task: Task) -> Task:
        """Remember background work that the next file makes pointless."""
        self._tasks.append(task)
        return task

    @property
    def background(self) -> Background:
        """Where files are read and decoded."""
        return Background.shared()

    def show_content(self) -> None:
        """Show canvas and bar."""
        self._pages.setCurrentIndex(0)

    def show_message(self, sentence: str) -> None:
        """Show a sentence instead of the content."""
        self._message.setText(sentence)
        self._message.setAccessibleName(sentence)
        self._pages.setCurrentIndex(1)

    def fail(self, sentence: str) -> None:
        """Show and announce why a file cannot be shown."""
        sentence = tr_message(sentence)
        self.show_message(sentence)
        self.failed.emit(sentence)

    def _forget_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()


class FullScreen(QDialog):
    """A screen filled by what a viewer shows; Escape and F11 lead back.

    Attributes:
        viewer: whose widgets it shows.
        frame: where they hang.

    Signals:
        closed: it is about to go; the viewer takes its widgets back now.
    """

    closed = Signal()

    def __init__(self, viewer: Viewer) -> None:
        super().__init__(viewer.window(), Qt.WindowType.Window)
        self.setObjectName("Stage")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Atelier Studio")
        self.viewer = viewer
        viewer.destroyed.connect(self.deleteLater)  # a comparison may end while it fills the screen
        self.frame = QVBoxLayout(self)
        self.frame.setContentsMargins(0, 0, 0, 0)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give back what is shown."""
        self.closed.emit()
        super().closeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape and F11 lead back."""
        if event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_F11}:
            self.close()
        else:
            super().keyPressEvent(event)
