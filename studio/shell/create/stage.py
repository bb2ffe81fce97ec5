"""The centre of *Create*: what is being made while it grows, then the result in its own viewer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.engine.states import JobState
from studio.shell.create.origins import made_with, picture_before
from studio.shell.create.progress import fraction, has_failed, told
from studio.shell.create.remarks import RemarkLine
from studio.shell.create.shots import Shot, ShotWatch, as_it_is
from studio.shell.create.welcome import Welcome
from studio.shell.i18n import say, tr, tr_error, tr_spec
from studio.shell.theme import set_role
from studio.shell.warming import PartsOfQt
from studio.shell.widgets import ElidedLabel, laid_out_once, row, tool_button
from studio.shell.workshop import INPUT_OF, Workshop

if TYPE_CHECKING:
    from studio.engine.events import AudioReceived
    from studio.engine.jobs import Job
    from studio.library.items import Item
    from studio.shell.create.compare import CompareView
    from studio.shell.create.failure import FailureCard
    from studio.shell.create.filmstrip import Filmstrip
    from studio.shell.drafts import Draft
    from studio.shell.viewers.base import Sibling, Viewer
    from studio.shell.viewers.quick_look import QuickLook


class Stage(QWidget):
    """Shows one thing at a time: welcome, a growing result, a finished one, a comparison, or a failure.

    Signals:
        send_requested(str, str, str): generator id, input field, reference of the result shown.
        reuse_requested(str): job id; show its values in the form.
        cancel_requested(str), retry_requested(str): job id.
        remedy_requested(str): job id; run it again with what its failure card offers.
    """

    send_requested = Signal(str, str, str)
    reuse_requested = Signal(str)
    cancel_requested = Signal(str)
    retry_requested = Signal(str)
    remedy_requested = Signal(str)

    def __init__(self, workshop: Workshop, *, first_time: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Stage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._workshop = workshop
        self._viewers: dict[str, Viewer] = {}
        self._parts = PartsOfQt(self)
        self._parts.imported.connect(self._make_ahead)
        self._job: Job | None = None
        self._shot: Shot | None = None
        self._compare: CompareView | None = None
        self.welcome = Welcome(workshop, first_time=first_time)
        self._failure: FailureCard | None = None
        self._failure_page = QWidget(self)
        self._filmstrip: Filmstrip | None = None
        self._sheet: QuickLook | None = None
        self._looked_at: Shot | None = None
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        self._title = ElidedLabel()
        self._state = ElidedLabel()
        self._state.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        set_role(self._state, "muted")
        self.cancel_button = tool_button("x-circle", "Cancel (Esc)", self._cancel)
        self.compare_button = tool_button("columns", "Compare two results chosen in the strip", self.compare)
        self.reuse_button = tool_button("sliders-horizontal", "Use these settings", self._reuse)
        self.send_button = tool_button("paper-plane-right", "Send to …")
        self._send_menu = QMenu(self.send_button)
        self._send_menu.aboutToShow.connect(self._fill_send_menu)
        self.send_button.setMenu(self._send_menu)
        self.send_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.panel_slot = QHBoxLayout()
        self._bar = self._make_bar()
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        say(self._progress.setAccessibleName, "Progress")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._bar)
        layout.addWidget(self._progress)
        layout.addWidget(self._stack, 1)
        self.remarks = RemarkLine(workshop)
        layout.addWidget(self.remarks)
        self._show_bar()
        workshop.generators_changed.connect(self._offer_sound)
        self._watch = ShotWatch(workshop, self)
        self._watch.changed.connect(self._look_again)

    def _make_bar(self) -> QWidget:
        bar = QWidget()
        buttons = (self.cancel_button, self.compare_button, self.reuse_button, self.send_button)
        line = row(self._title, self._state, *buttons, spacing=4)
        line.setStretch(0, 1)
        line.addLayout(self.panel_slot)
        line.setContentsMargins(16, 8, 12, 8)
        bar.setLayout(line)
        return bar

    @property
    def filmstrip(self) -> Filmstrip:
        """The results of this session, made with the first one."""
        if self._filmstrip is None:
            from studio.shell.create.filmstrip import Filmstrip

            self._filmstrip = Filmstrip(self._workshop)
            self._filmstrip.opened.connect(self.show_shot)
            self._filmstrip.looked_at.connect(self._look)
            self._filmstrip.pair_chosen.connect(self.compare_button.setEnabled)
            self._filmstrip.hide()
            layout = self.layout()
            assert layout is not None
            layout.addWidget(self._filmstrip)
        return self._filmstrip

    # ---- what is shown ---------------------------------------------------------------------------------------

    @property
    def job(self) -> Job | None:
        """The job on the stage, or None."""
        return self._job

    @property
    def shot(self) -> Shot | None:
        """The finished result on the stage, or None."""
        return self._shot

    @property
    def viewer(self) -> Viewer | None:
        """The viewer on the stage, or None while something else is."""
        return next((known for known in self._viewers.values() if known is self._stack.currentWidget()), None)

    def let_go(self) -> list[Draft]:
        """Let go of every file before the window closes; returns what was edited and is not kept by a library."""
        for viewer in self._viewers.values():
            viewer.clear()
        return [draft for viewer in self._viewers.values() for draft in viewer.take_drafts()]

    def show_welcome(self) -> None:
        """Show how to begin."""
        self._job = self._shot = None
        self._stack.setCurrentWidget(self.welcome)
        self._show_bar()

    def warm(self, job: Job) -> None:
        """Have what the result's viewers need imported, and the viewers made, while the job waits and works."""
        spec = self._workshop.specs.get(job.request.generator)
        if spec is not None:
            self._parts.import_for(spec.makes)

    def watch(self, job: Job) -> None:
        """Show `job` from now on, as it grows."""
        self._end_comparison()
        self._job, self._shot = job, None
        viewer = self._viewer_of(job)
        if viewer is not None:
            viewer.clear()
            self._stack.setCurrentWidget(viewer)
        self.follow(job)

    def follow(self, job: Job) -> None:
        """Take a newer snapshot of the job on the stage; others are ignored."""
        if self._job is None or job.id != self._job.id:
            return
        self._job = job
        if has_failed(job):
            self.failure.show_job(job, self._workshop.spec_of(job))
            self._stack.setCurrentWidget(self._failure_page)
        self._show_bar()

    def restart(self, job_id: str) -> None:
        """Forget what was shown of the job's result so far: it grows once more from the beginning."""
        viewer = self._growing(job_id)
        if viewer is not None:
            viewer.clear()

    def show_preview(self, job_id: str, picture: QImage) -> None:
        """A picture of the job's result so far."""
        viewer = self._growing(job_id)
        if viewer is not None:
            viewer.show_preview(picture)

    def append_text(self, job_id: str, text: str) -> None:
        """More text of the job's result."""
        viewer = self._growing(job_id)
        if viewer is not None:
            viewer.append_text(text)

    def append_audio(self, event: AudioReceived) -> None:
        """More sound of the job's result."""
        viewer = self._growing(event.job_id)
        if viewer is not None:
            viewer.append_audio(event.samples, event.sample_rate, event.channels)

    def add_shot(self, shot: Shot) -> None:
        """A result is finished: it joins the strip, and the stage where its job is watched."""
        self._join_strip(shot)
        if self._job is not None and shot.job_id == self._job.id and self._compare is None:
            self._show_file(shot)
            self.filmstrip.show_shot(shot)

    def show_shot(self, shot: Shot) -> None:
        """Show a finished result."""
        if shot == self._shot and self.viewer is not None:
            return
        self._end_comparison()
        if self._job is not None and self._job.id != shot.job_id:
            self._job = None
        self._show_file(shot)

    def compare(self) -> None:
        """Show the two chosen results beside each other."""
        chosen = self.filmstrip.chosen()
        if len(chosen) != 2:
            return
        from studio.shell.create.compare import CompareView

        self._end_comparison()
        self._compare = CompareView(chosen[0], chosen[1], self._workshop)
        self._compare.closed.connect(self._back_from_comparison)
        self._stack.addWidget(self._compare)
        self._stack.setCurrentWidget(self._compare)
        self._bar.hide()

    def retranslate(self) -> None:
        """Say again what depends on the state."""
        self._show_bar()

    @property
    def failure(self) -> FailureCard:
        """The card for jobs that failed, made when the first one does."""
        if self._failure is None:
            from studio.shell.create.failure import FailureCard

            self._failure = FailureCard()
            self._failure.retry_requested.connect(self.retry_requested)
            self._failure.remedy_requested.connect(self.remedy_requested)
            self._failure.edit_requested.connect(self.reuse_requested)
            self._failure_page = _centred(self._failure)
            self._stack.addWidget(self._failure_page)
        return self._failure

    # ---- inside ----------------------------------------------------------------------------------------------

    def _viewer(self, kind: str) -> Viewer:
        """The viewer of a kind, made when first needed: some bring in half of Qt."""
        if kind not in self._viewers:
            from studio.shell.viewers import viewer_for

            viewer = self._viewers[kind] = viewer_for(kind, self._stack)
            viewer.version_kept.connect(self._version_kept)
            viewer.version_lost.connect(partial(self._workshop.problem.emit, ""))
            viewer.sound_wanted.connect(self._make_sound)
            self._stack.addWidget(viewer)
        return self._viewers[kind]

    def _make_ahead(self, kind: str) -> None:
        """Make a viewer before its first result is there, and have it and the bar's buttons styled in other turns."""
        viewer = self._viewer(kind)
        for made in (viewer, self.cancel_button, self.compare_button, self.reuse_button, self.send_button):
            QTimer.singleShot(0, made, made.sizeHint)  # which styles all that it asks how large it is

    def _viewer_of(self, job: Job) -> Viewer | None:
        spec = self._workshop.specs.get(job.request.generator)
        return self._viewer(spec.makes[0]) if spec and spec.makes else None

    def _growing(self, job_id: str) -> Viewer | None:
        if self._job is None or self._job.id != job_id or self._shot is not None or self._compare is not None:
            return None
        return self._viewer_of(self._job)

    def _show_file(self, shot: Shot) -> None:
        self._shot = shot
        viewer = self._viewer(shot.kind)
        siblings = self._siblings(shot)
        item = self._workshop.item(shot.item)
        viewer.thumbnail = self._workshop.thumbnail_file(item) if item is not None else None
        viewer.show_file(shot.path, item, siblings)
        viewer.offer_before(picture_before(self._workshop, shot))
        viewer.offer_sound(possible=player_of_scores(self._workshop.makers) is not None)
        self._stack.setCurrentWidget(viewer)
        self._show_bar()

    def _siblings(self, shot: Shot) -> list[Sibling]:
        """What is shown together with a result; from now on, news of the library about it are news of the result."""
        siblings = made_with(self._workshop, shot, self.filmstrip.shots())
        self._watch.know(shot.item, *(item.id for _, _, item in siblings if item is not None))
        return siblings

    def _offer_sound(self) -> None:
        """The generators are others now: one of them may play scores."""
        if self.viewer is not None:
            self.viewer.offer_sound(possible=player_of_scores(self._workshop.makers) is not None)

    def _make_sound(self) -> None:
        self._send_to_player(self._shot)

    def _make_looked_at_sound(self) -> None:
        if self._sheet is not None:
            self._sheet.close()
        self._send_to_player(self._looked_at)

    def _rate_looked_at(self, rating: int) -> None:
        from studio.shell.viewers.background import Background

        item = self._workshop.item(self._looked_at.item) if self._looked_at is not None else None
        if item is not None:
            rate = partial(self._workshop.library.rate, item.id, rating)
            Background.shared().run(rate, self._rated, self._not_rated, self, outlasts=True)

    def _rated(self, item: Item) -> None:
        stars = tr("{rating} of 5 stars", rating=item.rating) if item.rating else tr("not rated")
        self._workshop.problem.emit("", tr("“{title}”: {stars}", title=item.title, stars=stars))

    def _not_rated(self, error: Exception) -> None:
        self._workshop.problem.emit("", tr("That did not work: {reason}", reason=tr_error(error)))

    def _send_to_player(self, shot: Shot | None) -> None:
        player = player_of_scores(self._workshop.makers)
        if player is not None and shot is not None:
            self.send_requested.emit(*player, shot.reference)

    def _version_kept(self, old_id: str, new_id: str) -> None:
        """An edited text joins the strip beside the one it was made from."""
        item = self._workshop.item(new_id)
        if item is not None:
            job_id = next((shot.job_id for shot in self.filmstrip.shots() if shot.item == old_id), "")
            self._join_strip(Shot(job_id, item.id, item.kind, self._workshop.item_file(item), item.title))
        self._workshop.problem.emit("", tr("The edited text is in the library as a new version."))

    def _join_strip(self, shot: Shot) -> None:
        self._watch.know(shot.item)
        self.filmstrip.add(shot)
        self.filmstrip.show()

    def _look_again(self) -> None:
        """The library has changed: what went to the trash is shown neither in the strip nor here."""
        self.filmstrip.look_again()
        self.filmstrip.setVisible(bool(self.filmstrip.shots()))
        compared = self._compare.shots if self._compare is not None else ()
        ended = None in [as_it_is(self._workshop, shot) for shot in compared]
        if ended:
            self._end_comparison()
        shown, now = self._shot, as_it_is(self._workshop, self._shot) if self._shot is not None else None
        if self._compare is not None:
            self._shot = now  # seen when the comparison ends
        elif shown is not None and now is None:
            self._show_another(shown)
        elif shown is not None and now is not None and (ended or now.path != shown.path or self._parted(now)):
            self._show_file(now)
        elif ended:
            self._back_from_comparison()
        else:
            self._shot = now
        self._show_bar()

    def _parted(self, shot: Shot) -> bool:
        """Whether what is shown together with a result is not what belongs to it by now."""
        siblings = made_with(self._workshop, shot, self.filmstrip.shots())
        return self.viewer is not None and {one[1] for one in self.viewer.siblings} != {one[1] for one in siblings}

    def _show_another(self, gone: Shot) -> None:
        """Show what is nearest in the strip instead, or what is being made, or how to begin."""
        if self.viewer is not None:
            self.viewer.clear()
        other = self.filmstrip.beside(gone.item)
        if self._job is not None and not self._job.state.is_final:
            self.watch(self._job)
        elif other is not None:
            self.show_shot(other)
            self.filmstrip.show_shot(other)
        else:
            self.show_welcome()

    def _look(self, shot: Shot | None) -> None:
        """Quick look at a result."""
        if shot is None:
            return
        if self._sheet is None:
            from studio.shell.viewers.quick_look import QuickLook

            self._sheet = QuickLook(self.window())
            self._sheet.stepped.connect(lambda by: self._look(self.filmstrip.step(by)))
            self._sheet.sound_wanted.connect(self._make_looked_at_sound)
            self._sheet.rated.connect(self._rate_looked_at)
        self._looked_at = shot
        item = self._workshop.item(shot.item)
        self._sheet.show_item(
            shot.kind,
            shot.path,
            shot.title,
            item=item,
            siblings=self._siblings(shot),
            thumbnail=self._workshop.thumbnail_file(item) if item is not None else None,
            before=picture_before(self._workshop, shot),
            sound=player_of_scores(self._workshop.makers) is not None,
        )
        if not self._sheet.isVisible():
            self._sheet.open_at()

    def _show_bar(self) -> None:
        with laid_out_once(self, self._bar):
            self._fill_bar()

    def _fill_bar(self) -> None:
        job, shot = self._job, self._shot
        busy = job is not None and not job.state.is_final
        empty = job is None and shot is None
        self._bar.setVisible(self._compare is None)
        if shot is not None:
            self._title.set_whole(shot.title)
        elif job is not None:
            spec = self._workshop.specs.get(job.request.generator)
            self._title.set_whole(tr_spec(spec, spec.title) if spec else job.request.generator)
        else:
            self._title.set_whole("")
        self._state.set_whole(told(job, self._workshop.spec_of(job)) if job is not None and not has_failed(job) else "")
        self.remarks.show_job(shot.job_id if shot is not None else job.id if job is not None else "")
        self.cancel_button.setVisible(busy)
        waiting = job is not None and job.state == JobState.QUEUED
        say(self.cancel_button.setToolTip, "Cancel" if waiting else "Cancel (Esc)")
        for made in (self.reuse_button, self.send_button):
            made.setVisible(shot is not None)
        strip = self._filmstrip
        self.compare_button.setVisible(strip is not None and len(strip.shots()) > 1)
        self.compare_button.setEnabled(strip is not None and len(strip.selectedItems()) == 2)
        part = fraction(job) if job is not None and busy else None
        self._progress.setRange(0, 1000)
        self._progress.setValue(int((part or 0) * 1000))
        keep = self._progress.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._progress.setSizePolicy(keep)
        self._progress.setVisible(busy and not empty)

    def _cancel(self) -> None:
        if self._job is not None:
            self.cancel_requested.emit(self._job.id)

    def _reuse(self) -> None:
        if self._shot is not None:
            self.reuse_requested.emit(self._shot.job_id)

    def _end_comparison(self) -> None:
        if self._compare is not None:
            self._stack.removeWidget(self._compare)
            self._compare.clear()
            self._compare.deleteLater()
            self._compare = None
            self._show_bar()

    def _back_from_comparison(self) -> None:
        self._end_comparison()
        if self._shot is not None:
            self._show_file(self._shot)
        elif self._job is None:
            self.show_welcome()

    def _fill_send_menu(self) -> None:
        self._send_menu.clear()
        if self._shot is None:
            return
        reference = self._shot.reference
        for generator, field, title in receivers(self._workshop.makers, self._shot.kind):
            action = self._send_menu.addAction(title.replace("&", "&&"))
            action.triggered.connect(
                lambda _=False, generator=generator, field=field: self.send_requested.emit(generator, field, reference)
            )
        if self._send_menu.isEmpty():
            self._send_menu.addAction(tr("No generator takes this yet")).setEnabled(False)


def receivers(specs: dict[str, Any], kind: str) -> list[tuple[str, str, str]]:
    """Who takes a result of `kind`: generator id, input field, and what the menu says."""
    return [
        (spec.id, field.name, f"{tr_spec(spec, spec.title)} · {tr_spec(spec, field.label)}")
        for spec in specs.values()
        for field in spec.fields
        if field.is_input and field.kind != "mask" and INPUT_OF.get(field.kind, field.kind) == kind
    ]


def player_of_scores(specs: dict[str, Any]) -> tuple[str, str] | None:
    """Who makes a score sound: id and input of the first that needs a score alone and makes nothing but music."""
    for spec in specs.values():
        needed = [field for field in spec.fields if field.required]
        made, taken = {*spec.makes}, [field.kind for field in needed]
        if "audio" in made and made <= {"audio", "score"} and taken == ["score"]:
            return spec.id, needed[0].name
    return None


def _centred(widget: QWidget) -> QWidget:
    page = QWidget()
    line = row(None, widget, None)
    line.setStretch(0, 1)
    line.setStretch(1, 100)
    line.setStretch(2, 1)
    layout = QVBoxLayout(page)
    layout.setContentsMargins(24, 24, 24, 24)
    layout.addStretch(1)
    layout.addLayout(line)
    layout.addStretch(2)
    return page
