"""The jobs as rows: what runs, what waits in its order, what ended, newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt

from studio.engine.states import JobState
from studio.sdk.generator import GeneratorSpec
from studio.shell.bridge import EngineBridge
from studio.shell.create.progress import told
from studio.shell.i18n import tr
from studio.shell.widgets import as_plain_tip

if TYPE_CHECKING:
    from studio.engine.jobs import Job

JOB_MIME = "application/x-atelier-job"
JobRole = int(Qt.ItemDataRole.UserRole)
ToldRole = JobRole + 1
"""One line about where the job is."""
Index = QModelIndex | QPersistentModelIndex

_RANK = {JobState.RUNNING: 0, JobState.PREPARING: 0, JobState.QUEUED: 1}


class QueueModel(QAbstractListModel):
    """Mirrors the engine's jobs through the bridge; dragging a waiting row asks the engine for the new order."""

    def __init__(
        self,
        bridge: EngineBridge,
        title_of: Callable[[Job], str],
        spec_of: Callable[[Job], GeneratorSpec | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._title_of = title_of
        self._spec_of = spec_of
        self._jobs: dict[str, Job] = {}
        self._order: tuple[str, ...] = ()
        self._rows: list[str] = []
        bridge.attached.connect(self.reload)
        bridge.job_changed.connect(self._job_changed)
        bridge.job_removed.connect(self._job_removed)
        bridge.queue_changed.connect(self._queue_changed)
        if bridge.is_attached:
            self.reload()

    def reload(self) -> None:
        """Take all jobs from the engine."""
        jobs = self._bridge.jobs()
        self._jobs = {job.id: job for job in jobs}
        self._order = tuple(job.id for job in jobs if job.state == JobState.QUEUED)
        self._sort()

    def job(self, row: int) -> Job | None:
        """The job in a row."""
        return self._jobs.get(self._rows[row]) if 0 <= row < len(self._rows) else None

    def row_of(self, job_id: str) -> int:
        """The row of a job, −1 when it is not listed."""
        return self._rows.index(job_id) if job_id in self._rows else -1

    def all(self) -> list[Job]:
        """Every job, in the order of the rows."""
        return [self._jobs[name] for name in self._rows]

    # ---- Qt's model ------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        """How many jobs there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Title, accessible text, tooltip, or the job itself."""
        job = self.job(index.row())
        if job is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._title_of(job)
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole}:
            return f"{self._title_of(job)}: {self._line(job)}"
        if role == ToldRole:
            return self._line(job)
        if role == Qt.ItemDataRole.ToolTipRole:  # a row often has less room
            return as_plain_tip(f"{self._title_of(job)} · {self._line(job)}")
        return job if role == JobRole else None

    def _line(self, job: Job) -> str:
        """Where a job is; of one that is done first its seed, by which results of one prompt are told apart."""
        line = told(job, self._spec_of(job))
        return f"{tr('Seed {seed}', seed=job.request.seed)} · {line}" if job.state == JobState.SUCCEEDED else line

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Waiting jobs can be dragged; drops go between rows."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        job = self.job(index.row())
        waiting = job is not None and job.state == JobState.QUEUED
        return usual | Qt.ItemFlag.ItemIsDragEnabled if waiting else usual

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows are moved."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Only our own rows are taken."""
        return [JOB_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The dragged job's id."""
        carried = QMimeData()
        carried.setData(JOB_MIME, "\n".join(self._rows[index.row()] for index in indexes).encode())
        return carried

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Ask for the new order; the rows move when the engine says so. False: Qt must remove nothing."""
        del action, column
        place = row if row >= 0 else (parent.row() if parent.isValid() else len(self._rows))
        carried = bytes(data.data(JOB_MIME).data()).decode("ascii", "replace")
        for job_id in carried.splitlines():
            self.move_before(job_id, place)
        return False

    def move_before(self, job_id: str, row: int) -> None:
        """Move a waiting job before the waiting job in `row`, or to the end of those that wait."""
        following = [job for job in (self.job(place) for place in range(row, len(self._rows))) if job is not None]
        before = next((job.id for job in following if job.state == JobState.QUEUED and job.id != job_id), None)
        if job_id in self._jobs and self._jobs[job_id].state == JobState.QUEUED:
            self._bridge.engine.reorder(job_id, before)

    def move_by(self, job_id: str, step: int) -> None:
        """Move a waiting job one place up (−1) or down (1) among those that wait."""
        waiting = [job.id for job in self.all() if job.state == JobState.QUEUED]
        if job_id not in waiting:
            return
        place = waiting.index(job_id) + step
        if 0 <= place < len(waiting):
            rest = [name for name in waiting if name != job_id]
            self._bridge.engine.reorder(job_id, rest[place] if place < len(rest) else None)

    def retry(self, job_id: str) -> None:
        """Queue an ended job again. Its row is there at once: the engine tells of the old one's end before that."""
        self._job_changed(self._bridge.engine.retry(job_id))

    # ---- following the engine --------------------------------------------------------------------------------

    def _job_changed(self, job: Job) -> None:
        known = self._jobs.get(job.id)
        self._jobs[job.id] = job
        if known is None or known.state != job.state:
            if known is None and job.state == JobState.QUEUED and job.id not in self._order:
                self._order = (*self._order, job.id)
            self._sort()
        else:
            row = self._rows.index(job.id)
            self.dataChanged.emit(self.index(row), self.index(row))

    def _job_removed(self, job_id: str) -> None:
        if self._jobs.pop(job_id, None) is not None:
            self._sort()

    def _queue_changed(self, order: tuple[str, ...], paused: bool) -> None:
        del paused
        self._order = order
        self._sort()

    def _sort(self) -> None:
        place = {name: index for index, name in enumerate(self._order)}

        def key(job: Job) -> tuple[int, float]:
            rank = _RANK.get(job.state, 2)
            within = job.started if rank == 0 else place.get(job.id, len(place)) if rank == 1 else -job.ended
            return (rank, within)

        rows = [job.id for job in sorted(self._jobs.values(), key=key)]
        if rows == self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self._drop_and_add(rows)
        if rows == self._rows:
            return
        self.layoutAboutToBeChanged.emit()
        kept = [(index, self._rows[index.row()]) for index in self.persistentIndexList()]
        self._rows = rows
        for index, name in kept:
            self.changePersistentIndex(index, self.index(rows.index(name)) if name in rows else QModelIndex())
        self.layoutChanged.emit()

    def _drop_and_add(self, rows: list[str]) -> None:
        """Take away the rows that are gone and put new ones at the end: the others stay chosen as they were."""
        for place in reversed(range(len(self._rows))):
            if self._rows[place] not in self._jobs:
                self.beginRemoveRows(QModelIndex(), place, place)
                del self._rows[place]
                self.endRemoveRows()
        known = set(self._rows)
        if new := [name for name in rows if name not in known]:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(new) - 1)
            self._rows = [*self._rows, *new]
            self.endInsertRows()
