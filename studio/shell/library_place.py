"""The *Library* place in the window: its page over the real library, and the ways from there to *Create*."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu

from studio.engine.seeds import random_seed
from studio.library.items import Item
from studio.shell.create.page import CreatePage
from studio.shell.create.stage import player_of_scores, receivers
from studio.shell.i18n import tr
from studio.shell.library.page import LibraryPage
from studio.shell.library.real_source import LibrarySource
from studio.shell.workshop import Workshop

VARIATIONS = 4


class _Ways:
    """What the library's commands do in *Create*."""

    def __init__(self, workshop: Workshop, create: CreatePage, show_place: Callable[[str], None]) -> None:
        self._workshop = workshop
        self._create = create
        self._show_place = show_place

    def use(self, item: Item) -> bool:
        """Fill the form with what made an item; says so where its generator is not here."""
        origin = item.origin
        if origin is None or not self._create.open_generator(origin.generator, origin.values, origin.seed):
            self._workshop.problem.emit(
                tr("Not possible"), tr("The generator that made “{title}” is not here.", title=item.title)
            )
            return False
        self._show_place("create")
        return True

    def recreate(self, item: Item) -> None:
        """Make it again with the same seed."""
        if self.use(item):
            self._create.panel.count.setValue(1)
            self._create.generate()

    def vary(self, item: Item) -> None:
        """Make a few more with other seeds."""
        if self.use(item) and self._create.panel.form is not None:
            self._create.panel.form.seed.set_value(random_seed())
            self._create.panel.form.seed.set_locked(False)
            self._create.panel.count.setValue(VARIATIONS)
            self._create.generate()
            self._create.panel.count.setValue(1)

    def send(self, item: Item, generator: str) -> None:
        """Fill an item into a generator's input; without a generator a menu asks which."""
        fitting = receivers(self._workshop.makers, item.kind)
        wanted = [entry for entry in fitting if entry[0] == generator] if generator else fitting
        if len(wanted) == 1 or (wanted and generator):
            self._fill(wanted[0][0], wanted[0][1], item)
            return
        menu = QMenu(self._create)
        for entry in wanted:
            menu.addAction(entry[2].replace("&", "&&")).triggered.connect(
                lambda _=False, entry=entry: self._fill(entry[0], entry[1], item)
            )
        if menu.isEmpty():
            menu.addAction(tr("No generator takes this yet")).setEnabled(False)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._create.window().cursor().pos())

    def sound(self, item: Item) -> None:
        """Fill a score into the generator that plays it."""
        player = player_of_scores(self._workshop.makers)
        if player is not None:
            self._fill(*player, item)

    def _fill(self, generator: str, field: str, item: Item) -> None:
        self._show_place("create")
        self._create.send(generator, field, f"item:{item.id}")


def make_library_page(workshop: Workshop, create: CreatePage, show_place: Callable[[str], None]) -> LibraryPage:
    """The library's page, connected to *Create* and to new results."""
    page = LibraryPage(LibrarySource(workshop.library, lambda: workshop.specs))
    ways = _Ways(workshop, create, show_place)
    page.recreate_requested.connect(ways.recreate)
    page.variations_requested.connect(ways.vary)
    page.use_parameters_requested.connect(ways.use)
    page.send_requested.connect(ways.send)
    page.sound_requested.connect(ways.sound)
    page.create_requested.connect(lambda: show_place("create"))
    workshop.bridge.item_saved.connect(lambda _: page.refresh())
    workshop.bridge.item_drawn.connect(lambda _: page.look_again())
    page.__dict__["ways"] = ways
    return page
