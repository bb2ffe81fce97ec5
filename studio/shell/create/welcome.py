"""What the stage shows before the first result: one card per way to begin, two clicks from a first result."""

from __future__ import annotations

from itertools import zip_longest

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from studio.sdk.generator import Example, GeneratorSpec
from studio.shell import icons
from studio.shell.create.media import MEDIA, medium_of
from studio.shell.i18n import say, tr, tr_spec
from studio.shell.theme import text_font, tokens
from studio.shell.widgets import FlowLayout, label, take_all
from studio.shell.workshop import Workshop

CARDS = 8


class ExampleCard(QPushButton):
    """One way to begin: the medium's icon, the example, the generator."""

    def __init__(self, spec: GeneratorSpec, example: Example, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec, self.example = spec, example
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(232, 72)
        self.retranslate()

    def retranslate(self) -> None:
        """Name the card for screen readers."""
        self.setAccessibleName(f"{tr_spec(self.spec, self.example.title)}, {tr_spec(self.spec, self.spec.title)}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button's surface (it has no text of its own), then icon and two lines."""
        super().paintEvent(event)
        painter = QPainter(self)
        colors = tokens()
        icons.paint(painter, QRect(16, 0, 28, self.height()), medium_of(self.spec).icon, colors.accent)
        size = self.font().pixelSize()
        room = QRect(60, 0, self.width() - 72, self.height() // 2 + 2)
        flags = Qt.TextFlag.TextSingleLine
        for text, color, strong, place, align in (
            (tr_spec(self.spec, self.example.title), colors.text, True, room, Qt.AlignmentFlag.AlignBottom),
            (tr_spec(self.spec, self.spec.title), colors.muted, False, room.translated(0, room.height()), None),
        ):
            painter.setFont(text_font(size, strong=strong))
            painter.setPen(color)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(place, flags | align if align else flags, shown)

    def sizeHint(self) -> QSize:
        """Fixed."""
        return QSize(232, 72)


class Welcome(QWidget):
    """The empty stage.

    Signals:
        example_chosen(str, Example): generator id and example.
    """

    example_chosen = Signal(str, Example)

    def __init__(self, workshop: Workshop, *, first_time: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workshop = workshop
        self._title = label(role="title", wrap=True)
        say(self._title.setText, "Welcome to Atelier Studio" if first_time else "What shall we make?")
        self._about = label(
            "Pick one of these, then press Generate. Everything happens on this machine and is kept in your library.",
            "muted",
            wrap=True,
        )
        self._none = label(role="muted", wrap=True)
        self._cards = QWidget()
        self._flow = FlowLayout(self._cards, spacing=12)
        inside = QWidget()
        inside.setMaximumWidth(760)
        column = QVBoxLayout(inside)
        column.setContentsMargins(32, 24, 32, 24)
        column.setSpacing(8)
        for thing in (self._title, self._about, self._none):
            column.addWidget(thing)
        column.addSpacing(12)
        column.addWidget(self._cards)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(inside, 100)
        across.addStretch(1)
        page = QWidget()
        page.setObjectName("FormBody")
        middle = QVBoxLayout(page)
        middle.addStretch(2)
        middle.addLayout(across)
        middle.addStretch(3)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        workshop.generators_changed.connect(self.show_generators)
        self.show_generators()

    def show_generators(self) -> None:
        """Offer examples: of every medium in turn, until there are enough."""
        take_all(self._flow)
        for spec, example in beginnings(self._workshop.makers):
            card = ExampleCard(spec, example)
            card.clicked.connect(lambda _=False, made=card: self.example_chosen.emit(made.spec.id, made.example))
            self._flow.addWidget(card)
        self.retranslate()

    def cards(self) -> list[ExampleCard]:
        """The cards shown."""
        return self._cards.findChildren(ExampleCard)

    def retranslate(self) -> None:
        """Say why there is nothing, where there is nothing."""
        searching = self._workshop.registry is None
        self._none.setText(tr("Looking for generators …") if searching else tr("No generator is ready: see Plugins."))
        self._none.setVisible(not self._workshop.makers)
        self._about.setVisible(bool(self._workshop.makers))


def beginnings(specs: dict[str, GeneratorSpec]) -> list[tuple[GeneratorSpec, Example]]:
    """Up to `CARDS` examples that run at once: the media take turns, and so do a medium's generators."""
    ready = [spec for spec in specs.values() if not spec.needs_choice]
    offered = [_in_turns([spec for spec in ready if medium_of(spec) == medium]) for medium in MEDIA]
    found = [entry for turn in zip_longest(*offered) for entry in turn if entry is not None]
    return sorted(found[:CARDS], key=lambda entry: MEDIA.index(medium_of(entry[0])))


def _in_turns(specs: list[GeneratorSpec]) -> list[tuple[GeneratorSpec, Example]]:
    """The first example of each generator, then the second ones …; a generator without any begins as it is."""
    examples = [[(spec, example) for example in spec.examples or (Example(spec.title),)] for spec in specs]
    return [entry for turn in zip_longest(*examples) for entry in turn if entry is not None]
