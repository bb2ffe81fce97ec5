"""How loud sound and video are played: one figure for all viewers, which the window remembers between sessions."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, Signal

USUAL = 80
_SHARED = "_studio_loudness"


class Loudness(QObject):
    """The loudness that all viewers share.

    Attributes:
        percent: from 0 to 100, as it is heard.

    Signals:
        changed(int): it is another one now, in percent.
    """

    changed = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.percent = USUAL

    @classmethod
    def shared(cls) -> Loudness:
        """The application's own, made at first use."""
        app = QCoreApplication.instance()
        if app is None:
            raise RuntimeError("There is no application yet.")
        # not `findChild`: it meets the application's QStyle, a class whose constants take PySide 15 ms to make
        shared: Loudness | None = app.__dict__.get(_SHARED)
        if shared is None:
            shared = app.__dict__[_SHARED] = cls(app)
        return shared

    def set(self, percent: int) -> None:
        """Be this loud in every viewer; what is out of range is taken to its end."""
        percent = max(0, min(100, percent))
        if percent != self.percent:
            self.percent = percent
            self.changed.emit(percent)
