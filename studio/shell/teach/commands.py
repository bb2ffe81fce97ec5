"""What the palette offers of *Teach*: recipes from everywhere; steps, runs and checkpoints where they are seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from studio.shell.commands import Entry, entry, entry_of_button
from studio.shell.i18n import tr, tr_spec
from studio.shell.workshop import Workshop

if TYPE_CHECKING:
    from studio.shell.teach.page import TeachPage


def entries(workshop: Workshop, show: Callable[[], TeachPage]) -> Iterator[Entry]:
    """What can be begun; `show` shows the page, which need not have been made, and returns it."""
    yield entry("New dataset from a folder …", "folder-open", lambda: show().panel.data.choose_button.click())
    for spec in workshop.specs.values():
        if spec.teaches:

            def begin(recipe: str = spec.id) -> None:
                show().panel.choose_recipe(recipe)

            yield entry(
                "New training: {name}", "graduation-cap", begin, name=spec.title, told=tr_spec(spec, spec.title)
            )


def entries_of(page: TeachPage) -> Iterator[Entry]:
    """What the page offers while it is seen."""
    for button in page.buttons():
        yield entry_of_button(button)
    for index in range(page.runs.count()):
        if index != page.runs.currentIndex():
            yield entry("Show run: {name}", "chart-bar", partial(page.show_run, index), name=page.runs.itemText(index))
    if not page.view.checkpoints.isHidden():
        for step, text, run in page.view.checkpoints.offers():
            told = tr("Step {step}: {action}", step=step, action=tr(text))
            yield Entry(told, f"Step {step}: {text}", "", "flag", run)
