"""A model's report in the language it is asked for: the page kept beside the model, or one made for the occasion."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from studio.disk.durable import write_bytes
from studio.engine.choices import models_of
from studio.models.store import tidy_name
from studio.sdk.generator import GeneratorSpec
from studio.teach.report import PAGE, rendered
from studio.teach.report_reading import read_report
from studio.teach.report_words import Words
from studio.teach.runs import run_of

if TYPE_CHECKING:
    from studio.disk.home import Home

PAGE_SECONDS = 7 * 24 * 3600
"""How long a page that was made for the occasion is kept, in case its tab is still open."""


def report_page(home: Home, model: str, locale: str, specs: Mapping[str, GeneratorSpec]) -> Path:
    """The page of a model's report.

    Args:
        home: the studio's places.
        model: its reference.
        locale: the language, one of `studio.disk.catalogues.LOCALES`.
        specs: the recipes that are installed, by id; their plugins translate what they said.

    Raises:
        UserError: there is no such model, or it has no report that can be read.
        OSError: the page cannot be written.
    """
    folder = models_of(home).path(model)
    kept = folder / PAGE
    if locale == "en" and kept.is_file():
        return kept
    report = read_report(folder)
    text = rendered(report, folder, run_of(home.runs, model), Words.of(locale, specs.get(report["recipe"])))
    home.reports.mkdir(parents=True, exist_ok=True)
    _remove_old(home.reports)
    page = home.reports / f"{tidy_name(folder.name)}.{locale}.html"
    write_bytes(page, text.encode("utf-8", "replace"))
    return page


def _remove_old(pages: Path) -> None:
    since = time.time() - PAGE_SECONDS
    for page in pages.glob("*.html"):
        with suppress(OSError):  # another window removes the same
            if page.stat().st_mtime < since:
                page.unlink()
