"""Where the studio keeps things: one folder for its own state, one for the artist's library."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


class Home:
    """The studio's places. A plain class: importing `dataclasses` would cost every command a fifth of its start.

    Attributes:
        state: settings, queue, descriptor cache, logs, and what was prepared and trained (datasets, runs, models).
        library: the artist's results.
    """

    def __init__(self, state: Path, library: Path) -> None:
        self.state = state
        self.library = library

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Home) and (self.state, self.library) == (other.state, other.library)

    def __hash__(self) -> int:
        return hash((self.state, self.library))

    def __repr__(self) -> str:
        return f"Home(state={self.state!r}, library={self.library!r})"

    @property
    def settings_file(self) -> Path:
        """The artist's settings, JSON."""
        return self.state / "settings.json"

    @property
    def queue(self) -> Path:
        """The folder of queue journals, one file per running studio."""
        return self.state / "queue"

    @property
    def descriptors(self) -> Path:
        """The cache of what discovery found."""
        return self.state / "plugins.json"

    @property
    def datasets(self) -> Path:
        """The folder of prepared datasets, one folder each."""
        return self.state / "datasets"

    @property
    def logs(self) -> Path:
        """The folder of log files and local crash reports."""
        return self.state / "logs"

    @property
    def job_logs(self) -> Path:
        """The folder of what jobs said, one file each."""
        return self.logs / "jobs"

    @property
    def models(self) -> Path:
        """The folder of models the artist trained here."""
        return self.state / "models"

    @property
    def runs(self) -> Path:
        """The folder of training runs: curves, samples, checkpoints."""
        return self.state / "runs"

    @property
    def reports(self) -> Path:
        """The folder of reports on models in the language they were asked for; each is made anew when asked for."""
        return self.state / "reports"

    @classmethod
    def find(cls, environ: Mapping[str, str] = os.environ, library: Path | None = None) -> Home:
        """The places in force: `STUDIO_HOME` holds everything when set, else the system's usual folders.

        Args:
            environ: environment variables to read.
            library: overrides where the library is, as ``--library`` does.
        """
        if root := environ.get("STUDIO_HOME"):
            # Not `Path.expanduser`, which raises where there is no such user.
            state = Path(os.path.expanduser(root)).absolute()  # noqa: PTH111
            return cls(state=state, library=library.absolute() if library else state / "library")
        import platformdirs

        state = platformdirs.user_data_path("atelier-studio", appauthor=False)
        documents = platformdirs.user_documents_path() / "Atelier Studio"
        return cls(state=state, library=library.absolute() if library else documents)
