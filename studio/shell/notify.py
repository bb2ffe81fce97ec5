"""A word from the system when a long job ends while the artist is elsewhere.

It goes through the tray; desktops that have none, as GNOME, are asked by D-Bus to show it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from studio.engine.states import JobState
from studio.shell.create.progress import has_failed
from studio.shell.i18n import tr, tr_said
from studio.shell.workshop import Workshop

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusMessage
    from PySide6.QtWidgets import QSystemTrayIcon

    from studio.engine.jobs import Job

LONG_SECONDS = 30
SHOWN_MS = 8000
LONGEST = 240
"""Letters of a text that are told; a bubble shows no more."""

MARKS = str.maketrans({"<": "‹", ">": "›", "&": "＆"})
"""What stands for the signs of markup: some desktops read it in a message, others would show what escapes them."""

PORTAL = "org.freedesktop.portal"


class Notifier(QObject):
    """Tells about ended jobs, if they were long, no window of ours is in front, and the artist wants to be told."""

    def __init__(self, workshop: Workshop, window: QWidget) -> None:
        super().__init__(window)
        self._workshop = workshop
        self._window = window
        self._tray: QSystemTrayIcon | None = None
        self._leave = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._leave.timeout.connect(self._hide)

    def job_ended(self, job: Job, title: str) -> bool:
        """Tell about `job` where it is due; returns whether it was."""
        long = job.started > 0 and job.ended - job.started >= LONG_SECONDS
        if not long or QApplication.activeWindow() is not None or not self._workshop.settings["notify"]:
            return False
        if job.state != JobState.SUCCEEDED and not has_failed(job):
            return False
        QApplication.alert(self._window)
        heading = tr("Ready: {title}", title=title) if job.state == JobState.SUCCEEDED else tr("Did not work")
        text = tr("Your result is in the library.")
        if job.failure is not None:
            text = tr_said(self._workshop.spec_of(job), job.failure.message)
        self._message(without_markup(heading), without_markup(text))
        return True

    def _message(self, heading: str, text: str) -> None:
        from PySide6.QtWidgets import QSystemTrayIcon

        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            self._by_tray(heading, text)
        elif sys.platform.startswith("linux"):
            ask_desktop(heading, text)

    def _by_tray(self, heading: str, text: str) -> None:
        from PySide6.QtWidgets import QSystemTrayIcon

        if self._tray is None:
            self._tray = QSystemTrayIcon(self._window.windowIcon(), self)
            self._tray.messageClicked.connect(self._come)
            self._tray.activated.connect(self._come)
        self._tray.show()
        self._tray.showMessage(heading, text, self._window.windowIcon(), SHOWN_MS)
        self._leave.start()

    def _come(self) -> None:
        """Bring the window to the front."""
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.raise_()
        self._window.activateWindow()
        self._hide()

    def _hide(self) -> None:
        if self._tray is not None:
            self._tray.hide()


def without_markup(text: str) -> str:
    """One line of a text from outside, in which nothing can be read as markup."""
    line = " ".join(text.translate(MARKS).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 2]} …"


def ask_desktop(heading: str, text: str) -> bool:
    """Have the desktop show a message; whether there is anybody who could be asked. Nobody waits for the answer."""
    from PySide6.QtDBus import QDBusConnection

    bus = QDBusConnection.sessionBus()
    return bus.isConnected() and bus.send(portal_message(heading, text))


def portal_message(heading: str, text: str) -> QDBusMessage:
    """The call that asks for it.

    The older ``org.freedesktop.Notifications`` wants an unsigned number, which Python cannot give through PySide.
    """
    from PySide6.QtDBus import QDBusMessage

    call = QDBusMessage.createMethodCall(
        f"{PORTAL}.Desktop", "/org/freedesktop/portal/desktop", f"{PORTAL}.Notification", "AddNotification"
    )
    call.setArguments(["atelier-studio", {"title": heading, "body": text}])
    return call
