"""The help: the Markdown pages of ``resources/help``, searchable, offline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from studio.disk.catalogues import Catalogue, catalogue
from studio.disk.resources import resources
from studio.engine.settings import documented
from studio.shell.i18n import locale, say, tr
from studio.shell.theme import set_role
from studio.shell.widgets import CalmSplitter, column

ORDER = (
    "getting-started",
    "create",
    "queue",
    "library",
    "search",
    "teach",
    "teach-data",
    "plugins",
    "settings",
    "shortcuts",
    "privacy",
)
"""Pages in reading order; others follow by name."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One page.

    Attributes:
        name: its file's name without ending.
        title: its first heading.
        text: its Markdown.
    """

    name: str
    title: str
    text: str


def topics(wanted: str, folder: Path | None = None) -> list[Topic]:
    """All pages in a locale; a page that is not translated is shown in English."""
    root = folder or resources() / "help"
    texts = catalogue(wanted)
    found = {}
    for place in (root, root / wanted):
        for file in sorted(place.glob("*.md")):
            translated = texts if place.name == wanted else {}
            text = documented(file.read_text(encoding="utf-8"), Catalogue(translated).text)
            title = next((line.lstrip("# ").strip() for line in text.splitlines() if line.startswith("#")), file.stem)
            found[file.stem] = Topic(file.stem, title, text)
    ranked = [found[name] for name in ORDER if name in found]
    return ranked + [found[name] for name in sorted(found) if name not in ORDER]


def search(pages: list[Topic], words: str) -> list[tuple[Topic, str]]:
    """Pages that hold all of `words`, those with them in the title first, each with the first line that has one."""
    wanted = words.casefold().split()
    hits = []
    for page in pages:
        folded = page.text.casefold()
        if all(word in folded for word in wanted):
            lines = [line.strip("#*- >`") for line in page.text.splitlines() if line.strip()]
            line = next((line for line in lines[1:] if wanted and wanted[0] in line.casefold()), "")
            in_title = any(word in page.title.casefold() for word in wanted)
            hits.append((not in_title, page, line))
    return [(page, line) for _, page, line in sorted(hits, key=lambda hit: hit[0])]


class HelpPage(QTextBrowser):
    """Shows our own Markdown; nothing outside the help folder is ever loaded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        set_role(self, "page")

    def show_markdown(self, text: str) -> None:
        """Show a page with room around its paragraphs, which Markdown import leaves out."""
        self.setMarkdown(text)
        self.document().setDocumentMargin(12)
        block = self.document().begin()
        while block.isValid():
            cursor = QTextCursor(block)
            spacing = block.blockFormat()
            heading = spacing.headingLevel()
            spacing.setTopMargin(20 if heading > 1 else 4)
            spacing.setBottomMargin(8 if heading or not block.textList() else 2)
            spacing.setLineHeight(125, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            cursor.setBlockFormat(spacing)
            block = block.next()

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Help pages have no pictures yet: refuse everything."""
        del kind, name
        return None


class HelpBrowser(QDialog):
    """A list of pages beside the page."""

    def __init__(self, topic: str = "getting-started", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        say(self.setWindowTitle, "Help")
        self._topics = topics(locale())
        self._shown = ""
        self.search_box = QLineEdit()
        set_role(self.search_box, "search")
        say(self.search_box.setPlaceholderText, "Search the help")
        say(self.search_box.setAccessibleName, "Search the help")
        self.search_box.textChanged.connect(self._fill)
        self.list = QListWidget()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        say(self.list.setAccessibleName, "Help pages")
        self.list.currentItemChanged.connect(lambda now, _: self._show(now))
        self.page = HelpPage()
        say(self.page.setAccessibleName, "Help page")
        self.page.anchorClicked.connect(lambda url: self.show_topic(url.path().removesuffix(".md")))
        side = QWidget()
        side.setLayout(column(self.search_box, self.list))
        splitter = CalmSplitter()
        splitter.addWidget(side)
        splitter.addWidget(self.page)
        splitter.setSizes([220, 620])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addWidget(splitter)
        self.resize(880, 620)
        self._fill("")
        self.show_topic(topic)

    def show_topic(self, name: str) -> None:
        """Show a page; a search that does not list it is taken away."""
        if name in {page.name for page in self._topics} and name not in self._listed():
            self.search_box.clear()
        if name in self._listed():
            self.list.setCurrentRow(self._listed().index(name))

    def retranslate(self) -> None:
        """Show list and page in the window's language; what was searched for stays."""
        shown = self._shown
        self._topics = topics(locale())
        self._fill(self.search_box.text())
        if shown in self._listed():
            self.list.setCurrentRow(self._listed().index(shown))
        else:
            self._show_page(shown)

    def _listed(self) -> list[str]:
        """The names of the pages listed, in order; none where nothing was found."""
        pages = [self.list.item(place).data(Qt.ItemDataRole.UserRole) for place in range(self.list.count())]
        return [page.name for page in pages if isinstance(page, Topic)]

    def _fill(self, words: str) -> None:
        self.list.clear()
        hits = search(self._topics, words) if words.strip() else [(page, "") for page in self._topics]
        for page, line in hits:
            entry = QListWidgetItem(f"{page.title}\n{line[:60]}" if line else page.title)
            entry.setData(Qt.ItemDataRole.UserRole, page)
            entry.setSizeHint(QSize(0, 52 if line else 32))
            self.list.addItem(entry)
        if not hits:
            entry = QListWidgetItem(tr("Nothing found"))
            entry.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(entry)
        elif words.strip():
            self.list.setCurrentRow(0)

    def _show(self, entry: QListWidgetItem | None) -> None:
        page = entry.data(Qt.ItemDataRole.UserRole) if entry is not None else None
        if isinstance(page, Topic):
            self._show_page(page.name)

    def _show_page(self, name: str) -> None:
        for page in self._topics:
            if page.name == name:
                self._shown = name
                self.page.show_markdown(page.text)
