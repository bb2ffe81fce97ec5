"""The window: rail, places, status line, commands; it remembers how it was left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from studio.engine.states import JobState
from studio.shell.commands import Commands, Entry, entry_of, entry_of_button
from studio.shell.create.media import MEDIA, media_of, medium_of
from studio.shell.create.page import CreatePage
from studio.shell.create.stage import receivers
from studio.shell.drafts import put_by, take_in
from studio.shell.i18n import Language, tr, tr_spec
from studio.shell.notify import Notifier
from studio.shell.rail import PLACES, Rail
from studio.shell.refusals import Refusals
from studio.shell.status_bar import StatusBar
from studio.shell.viewers.loudness import Loudness
from studio.shell.window_state import part, read_state, write_state
from studio.shell.workshop import Workshop

if TYPE_CHECKING:
    from studio.engine.jobs import Job

SIZE = (1400, 900)
SMALLEST = (960, 600)


class MainWindow(QMainWindow):
    """The one window.

    Attributes:
        commands: everything that can be done.
        create_page: the *Create* page; the other pages are made when they are first visited.

    Signals:
        plugins_changed(bool): the artist decided something about plugins; True: load all anew.
        closed: the window closes.
    """

    plugins_changed = Signal(bool)
    closed = Signal()

    def __init__(self, workshop: Workshop, language: Language) -> None:
        super().__init__()
        self._workshop = workshop
        self._language = language
        self._state_file = workshop.home.state / "window.json"
        self._drafts_file = workshop.home.state / "drafts.json"
        self._state = read_state(self._state_file)
        self.setWindowTitle("Atelier Studio")
        self.setMinimumSize(*SMALLEST)
        self.resize(*SIZE)
        self._pages: dict[str, QWidget] = {}
        self._awaited = ""
        self._library_problem = ""
        self.refusals = Refusals(workshop, self)
        self.rail = Rail()
        self.rail.chosen.connect(self.show_place)
        self.status = StatusBar(workshop)
        self._stack = QStackedWidget()
        self.create_page = CreatePage(workshop, first_time=self._state is None)
        self._pages["create"] = self.create_page
        self._stack.addWidget(self.create_page)
        self._lay_out()
        self.notifier = Notifier(workshop, self)
        self.commands = Commands(self)
        self._add_commands()
        self._connect()
        self._restore()

    # ---- places ----------------------------------------------------------------------------------------------

    @property
    def place(self) -> str:
        """The id of the place shown."""
        shown = self._stack.currentWidget()
        return next(name for name, page in self._pages.items() if page is shown)

    def show_place(self, place: str) -> None:
        """Show a place; its page is made the first time."""
        self._awaited = ""
        if place == "library" and self._workshop.library is None:
            self.rail.show_place(self.place)
            self._await_library()
            return
        page = self.page(place)
        self._stack.setCurrentWidget(page)
        self.rail.show_place(place)
        if not self._rail_has_focus():
            self._focus(place)

    def _await_library(self) -> None:
        if self._library_problem:
            self.tell(tr("The library could not be opened"), self._library_problem)
        else:
            self._awaited = "library"
            self.status.show_message(tr("The library is being opened …"))

    def library_failed(self, reason: str) -> None:
        """The library could not be opened: say why, now and whenever it is wanted."""
        self._awaited, self._library_problem = "", reason
        self._await_library()

    def _library_opened(self) -> None:
        """Show the library where it was waited for, unless the artist writes or sets something by now."""
        take_in(self._workshop, self._drafts_file)
        if not self._awaited:
            return
        self._awaited = ""
        self.status.show_message("")
        panel, focus = self.create_page.panel, self.focusWidget()
        if focus is None or focus is panel.generate_button or not panel.isAncestorOf(focus):
            self.show_place("library")

    def go_to(self, place: str) -> None:
        """Show a place and work in it: what the shortcuts do."""
        self.show_place(place)
        if self.place == place:
            self._focus(place)

    def _focus(self, place: str) -> None:
        if place == "create":
            self.create_page.panel.generate_button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            focus_first(self.page(place))

    def _rail_has_focus(self) -> bool:
        return any(button.hasFocus() for button in self.rail.buttons.values())

    def _generators_changed(self) -> None:
        """Offer the media that can be made. Begin at *Generate*, not at the rail's first button, where Qt would."""
        present = {medium.id for medium in media_of(self._workshop.makers.values())}
        for name, action in self._media.items():
            action.setVisible(name in present)
        if self._rail_has_focus() and self.place == "create":
            self._focus("create")

    def page(self, place: str) -> QWidget:
        """A place's page."""
        if place not in self._pages:
            makers = {
                "library": self._make_library,
                "teach": self._make_teach,
                "plugins": self._make_plugins,
                "settings": self._make_settings,
            }
            self._pages[place] = makers[place]()
            self._stack.addWidget(self._pages[place])
        return self._pages[place]

    def _make_library(self) -> QWidget:
        from studio.shell.library_place import make_library_page

        page = make_library_page(self._workshop, self.create_page, self.show_place)
        page.restore_state(part(self._state, "library"))
        page.open()
        return page

    def _make_teach(self) -> QWidget:
        from studio.shell.teach.page import TeachPage

        page = TeachPage(self._workshop)
        page.use_wanted.connect(self._use_in_create)
        page.restore_state(part(self._state, "teach"))
        return page

    def _use_in_create(self, generator: str, values: dict[str, Any]) -> None:
        self.show_place("create")
        self.create_page.panel.open(generator, values)

    def _make_plugins(self) -> QWidget:
        from studio.shell.plugins.page import PluginsPage

        page = PluginsPage(self._workshop)
        page.changed.connect(self.plugins_changed)
        return page

    def _make_settings(self) -> QWidget:
        from studio.shell.settings.page import SettingsPage

        return SettingsPage(self._workshop)

    # ---- building --------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        places = QHBoxLayout()
        places.setContentsMargins(0, 0, 0, 0)
        places.setSpacing(0)
        places.addWidget(self.rail)
        places.addWidget(self._stack, 1)
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(places, 1)
        layout.addWidget(self.status)
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        self.rail.palette_button.clicked.connect(self.open_palette)
        self.rail.help_button.clicked.connect(lambda: self.open_help())
        self.create_page.queue.summary_changed.connect(self.status.show_queue)
        self.create_page.job_ended.connect(self._job_ended)
        self.status.queue_clicked.connect(self._show_queue)
        self.status.shield_clicked.connect(self.open_network)
        self._workshop.problem.connect(self.tell)
        self._workshop.generators_changed.connect(self._generators_changed)
        self._workshop.library_opened.connect(self._library_opened)
        self.rail.show_place("create")

    def _add_commands(self) -> None:
        add, create = self.commands.add, self.create_page
        add("Create", "Generate", "sparkle", self._generate, "Ctrl+Enter", "Ctrl+Return")
        add("Create", "Cancel what runs", "x-circle", create.cancel, "Escape", within=create)
        add("Create", "Write the prompt", "text-aa", self._focus_prompt, "Ctrl+L")
        add("Create", "Draw another seed", "dice-five", self._roll, "Ctrl+D")
        add("Create", "Show or hide the queue", "queue", create.toggle_queue, "Ctrl+J")
        add("Create", "Pause or go on", "pause", create.queue.toggle_pause, "Ctrl+Shift+P")
        add("Create", "Compare two results", "columns", create.stage.compare, "Ctrl+Shift+C")
        self._media = {
            medium.id: add("Create", medium.title, medium.icon, self._to_medium(medium.id), f"Alt+{number}")
            for number, medium in enumerate(MEDIA, 1)
        }
        for number, place in enumerate(PLACES, 1):
            add("Places", place.title, place.icon, self._to_place(place.id), f"Ctrl+{number}")
        add("Window", "All commands", "command", self.open_palette, "Ctrl+K", "Ctrl+Shift+K")
        add("Window", "Help", "question", lambda: self.open_help(), "F1")
        add("Window", "What is this?", "info", self.tell_about_focus, "Shift+F1")
        add("Window", "Keyboard shortcuts", "keyboard", self.open_cheat_sheet, "Ctrl+/")
        add("Window", "Network", "shield-check", self.open_network, "Ctrl+Shift+N")
        add("Window", "Quit", "power", self.close, "Ctrl+Q")
        add("Window", "Dark theme", "moon", self._set("theme", "dark"))
        add("Window", "Light theme", "sun", self._set("theme", "light"))
        add("Window", "English", "globe", self._set("language", "en"))
        add("Window", "简体中文", "globe", self._set("language", "zh_CN"))
        add("Window", "Start from the examples", "house", self._show_welcome)
        add("Window", "About Atelier Studio", "info", self.open_about)
        self.commands.add_source(self._generator_commands)
        self.commands.add_source(self._create_commands)
        self.commands.add_source(self._page_commands)
        self.commands.add_source(self._place_commands)

    def _to_place(self, place: str) -> Callable[[], None]:
        return lambda: self.go_to(place)

    def _to_medium(self, medium: str) -> Callable[[], None]:
        def go() -> None:
            self.go_to("create")
            self.create_page.panel.chooser.choose_medium(medium)

        return go

    def _set(self, key: str, value: str) -> Callable[[], None]:
        return lambda: self._workshop.settings.set(key, value)

    def _generator_commands(self) -> Iterator[Entry]:
        for spec in self._workshop.makers.values():
            text = tr("Create: {generator}", generator=tr_spec(spec, spec.title))
            run = partial(self._open_generator, spec.id)
            yield Entry(text, f"Create: {spec.title}", "", medium_of(spec).icon, run)

    def _create_commands(self) -> Iterator[Entry]:
        """What *Create* offers just now: presets, the result on the stage, the queue's ended jobs."""
        create = self.create_page
        panel, stage, queue = create.panel, create.stage, create.queue
        if self.place == "create" and panel.form is not None:
            for name in panel.preset_names():
                text = tr("Preset: {name}", name=name)
                yield Entry(text, f"Preset: {name}", "", "bookmark-simple", partial(panel.use_preset, name))
            save = "Save as a preset …"
            yield Entry(tr(save), save, "", "bookmark-simple", panel.ask_for_preset)
            yield entry_of_button(panel.reset_button)
        if self.place == "create" and (shot := stage.shot) is not None:
            yield entry_of_button(stage.reuse_button)
            for generator, field, title in receivers(self._workshop.makers, shot.kind):
                text = tr("Send to: {generator}", generator=title)
                run = partial(create.send, generator, field, shot.reference)
                source = f"Send to: {self._workshop.makers[generator].title}"
                yield Entry(text, source, "", "paper-plane-right", run)
        if self.place == "create" and (job := stage.job) is not None and job.state.is_final:
            again = "Run again with the same seed"
            yield Entry(tr(again), again, "", "arrow-clockwise", partial(create.retry, job.id))
        if queue.clear_button.isEnabled():
            yield entry_of_button(queue.clear_button)
        if any(job.state == JobState.INTERRUPTED for job in queue.model.all()):
            retry = "Try interrupted jobs again"
            yield Entry(tr(retry), retry, "", "arrow-clockwise", queue.retry_interrupted)

    def _page_commands(self) -> Iterator[Entry]:
        """What the page shown offers: in *Create* the viewer on the stage."""
        page = self._stack.currentWidget()
        shown = self.create_page.stage.viewer if page is self.create_page else page
        for action in shown.actions() if shown is not None else ():
            if action.isEnabled() and action.text():
                yield entry_of(action)

    def _place_commands(self) -> Iterator[Entry]:
        """What the other places offer, from everywhere; a place is made once something of it is chosen."""
        from studio.shell.library import query_commands
        from studio.shell.plugins import commands as plugin_commands
        from studio.shell.settings import commands as setting_commands
        from studio.shell.teach import commands as teach_commands

        library: Any = self._pages.get("library")
        shown: Any = self._stack.currentWidget()
        if self.place == "teach":
            yield from teach_commands.entries_of(shown)
        if self.place == "library":
            yield from query_commands.entries_of(library)
        if self._workshop.library is not None:
            query = library.filters.query if library is not None else None
            yield from query_commands.entries(query, partial(self._shown, "library"))
            if self.place != "library":
                yield query_commands.importing(partial(self._shown, "library"))
        yield from teach_commands.entries(self._workshop, partial(self._shown, "teach"))
        yield from plugin_commands.entries(self._workshop, partial(self._shown, "plugins"))
        yield from setting_commands.entries(partial(self._shown, "settings"))

    def _shown(self, place: str) -> Any:
        """Show a place, and give its page."""
        self.show_place(place)
        return self.page(place)

    # ---- commands --------------------------------------------------------------------------------------------

    def open_palette(self) -> None:
        """Find and run a command."""
        from studio.shell.command_palette import CommandPalette

        CommandPalette(self.commands, self).show()

    def open_help(self, topic: str = "getting-started") -> None:
        """Read the help."""
        from studio.shell.help_browser import HelpBrowser

        HelpBrowser(topic, self).show()

    def tell_about_focus(self) -> None:
        """Show what there is to know about the control that has the focus, as its tip would."""
        from studio.shell.whats_this import tell_about

        if not tell_about(self.focusWidget()):
            self.status.show_message(tr("There is no more to say about this control."))

    def open_cheat_sheet(self) -> None:
        """See all keys."""
        from studio.shell.cheat_sheet import CheatSheet

        CheatSheet(self.commands, self).show()

    def open_network(self) -> None:
        """See what was refused, and the switch."""
        from studio.shell.network_log import NetworkDialog

        self.status.refusals_seen()
        NetworkDialog(self._workshop, self.refusals, self).show()

    def open_about(self) -> None:
        """See versions and licences."""
        from studio.shell.about import AboutDialog

        AboutDialog(self).show()

    def tell(self, title: str, sentence: str) -> None:
        """Tell the artist something: in the status line, and where it has a title in a dialog."""
        self.status.show_message(sentence)
        if title:
            from studio.shell.notice import Notice

            Notice(title, sentence, self).open()

    def _generate(self) -> None:
        self.show_place("create")
        self.create_page.generate()

    def _open_generator(self, generator: str) -> None:
        self.show_place("create")
        self.create_page.open_generator(generator)

    def _focus_prompt(self) -> None:
        self.show_place("create")
        form = self.create_page.panel.form
        field = next((known for known in form.spec.fields if known.kind == "prompt"), None) if form else None
        if form is not None:
            editor = form.editor(field.name) if field else None
            (editor.input_widget() if editor else form.seed.input_widget()).setFocus()

    def _roll(self) -> None:
        if self.create_page.panel.form is not None:
            self.create_page.panel.form.seed.roll()

    def _show_queue(self) -> None:
        self.show_place("create")
        if self.create_page.queue.isHidden():
            self.create_page.toggle_queue()
        self.create_page.queue.view.setFocus()

    def _show_welcome(self) -> None:
        self.show_place("create")
        self.create_page.stage.show_welcome()

    def _job_ended(self, job: Job) -> None:
        self.notifier.job_ended(job, self.create_page.title_of(job))

    # ---- remembering -----------------------------------------------------------------------------------------

    def _restore(self) -> None:
        geometry = (self._state or {}).get("geometry")
        if isinstance(geometry, str):
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "replace")))
        self.create_page.restore_state(part(self._state, "create"))
        volume = part(self._state, "viewers").get("volume")
        if isinstance(volume, int):
            Loudness.shared().set(volume)

    def restore_place(self) -> None:
        """Show the place that was shown last; after the first paint, as other pages take longer than the first."""
        place = (self._state or {}).get("place")
        if isinstance(place, str) and place in self.rail.buttons and place != self.place:
            self.show_place(place)

    def save_state(self) -> None:
        """Write what to remember, unless that is what was read."""
        library: Any = self._pages.get("library")
        teach: Any = self._pages.get("teach")
        state = {
            "place": self._awaited or self.place,
            "geometry": bytes(self.saveGeometry().toBase64().data()).decode(),
            "create": self.create_page.save_state(),
            "library": library.state() if library is not None else part(self._state, "library"),
            "teach": teach.state() if teach is not None else part(self._state, "teach"),
            "viewers": {"volume": Loudness.shared().percent},
        }
        if state != self._state:
            write_state(self._state_file, state)
            self._state = state

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through the window as it is seen."""
        from studio.shell.tab_order import go_on

        return go_on(self, forward)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember, then close."""
        self.save_state()
        put_by(self._drafts_file, self.create_page.stage.let_go())
        super().closeEvent(event)
        self.closed.emit()


def focus_first(page: QWidget) -> None:
    """Give the focus to the first thing of a page that Tab would reach."""
    widget = page.nextInFocusChain()
    while widget is not None and widget is not page and page.isAncestorOf(widget):
        if widget.isVisibleTo(page) and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            widget.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        widget = widget.nextInFocusChain()
