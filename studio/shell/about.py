"""About: versions of everything that is inside, and their licences."""

from __future__ import annotations

import platform
import re
import tomllib
from importlib import metadata

import PySide6
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import QDialog, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

import studio
from studio.disk.resources import resources
from studio.shell.i18n import say, tr
from studio.shell.widgets import button, label, row

BUNDLED = (("Phosphor Icons", "1.3", "MIT"), ("Inter", "4.0", "OFL-1.1"))
"""What ships in the resources folder: name, version, licence."""


def components() -> list[tuple[str, str, str]]:
    """Name, version and licence of Python, Qt, every package we depend on, and what we bundle."""
    found = [("Python", platform.python_version(), "PSF-2.0"), ("Qt", qVersion(), "LGPL-3.0")]
    for name in sorted(_dependencies()):
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        found.append((about["Name"], about["Version"], _licence(about)))
    return [*found, *BUNDLED]


def _dependencies() -> set[str]:
    """The packages the studio requires, as its distribution tells, or the project file of a checkout."""
    project = resources().parent / "pyproject.toml"
    if project.is_file():
        required = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    else:
        required = metadata.requires("atelier-studio") or []
    return {re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in required if "extra ==" not in line}


def _licence(about: metadata.PackageMetadata) -> str:
    plain = dict(about.json)
    if told := plain.get("license_expression"):
        return str(told)
    for line in plain.get("classifier", []):
        if str(line).startswith("License ::"):
            return str(line).rpartition("::")[2].strip()
    return str(plain.get("license", "")).splitlines()[0][:60] if plain.get("license") else ""


class AboutDialog(QDialog):
    """Name, version, licence, and the table of components."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        say(self.setWindowTitle, "About Atelier Studio")
        self._components = components()
        icon = label()
        icon.setPixmap(QPixmap(str(resources() / "icons" / "studio-64.png")))
        name = label(role="title")
        name.setText("Atelier Studio")
        version = label(role="muted")
        say(version.setText, "Version {version} · Apache-2.0 licence", version=studio.__version__)
        text = label(
            "Text, images, music, 3D and video with generative models on your own machine, offline.", wrap=True
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 20)
        layout.setSpacing(10)
        layout.addLayout(row(icon, name, None, spacing=16))
        self._table = self._make_table()
        self.retranslate()
        for thing in (version, text, label("Made with", "strong"), self._table):
            layout.addWidget(thing)
        copy = button("Copy versions", self.copy_versions, icon="copy")
        layout.addLayout(row(copy, None, button("Close", self.accept, role="primary")))
        self.resize(560, 560)

    def copy_versions(self) -> None:
        """Put all versions on the clipboard, as a bug report wants them."""
        lines = [f"Atelier Studio {studio.__version__}", f"PySide6 {PySide6.__version__}", platform.platform()]
        lines += [f"{name} {version}" for name, version, _ in self._components]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def retranslate(self) -> None:
        """Say the headings again."""
        self._table.setHorizontalHeaderLabels([tr("Component"), tr("Version"), tr("Licence")])

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(len(self._components), 3)
        say(table.setAccessibleName, "Versions and licences")
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for place, line in enumerate(self._components):
            for column, text in enumerate(line):
                table.setItem(place, column, QTableWidgetItem(text))
        return table
