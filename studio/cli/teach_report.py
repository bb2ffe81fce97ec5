"""``studio teach report``: where a model's report is, and what it says, in the artist's language."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from studio.cli import common, exits
from studio.cli.teach_models import reference
from studio.disk.catalogues import LOCALES
from studio.engine.choices import models_of
from studio.teach.report_reading import read_report
from studio.teach.report_summary import summary_of

if TYPE_CHECKING:
    from studio.disk.home import Home
    from studio.teach.report_words import Words


def run(argv: Sequence[str]) -> int:
    """Print where the report is, and its plain sentences; with ``--json`` the whole of it, which is kept in English."""
    made = common.parser("teach report", "Where a model's report is, and what it says in plain words.")
    made.add_argument("model", help="see: studio teach models")
    made.add_argument("--language", choices=LOCALES, help="of the report; by default the window's")
    arguments = made.parse_args(argv[1:])
    home = common.find_home(arguments)
    return _report(home, arguments, arguments.language or chosen_language(home))


def chosen_language(home: Home, environ: Mapping[str, str] = os.environ) -> str:
    """The language of the settings; where that is the system's, the terminal's, as POSIX names it."""
    setting = str(common.load_settings(home)["language"])
    if setting in LOCALES:
        return setting
    told = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "zh_CN" if told.startswith("zh") else "en"


def _report(home: Home, arguments: argparse.Namespace, locale: str) -> int:
    from studio.engine.discovery.registry import Registry
    from studio.engine.report_pages import report_page
    from studio.teach.report_words import Words

    store = models_of(home)
    ref = reference(store, arguments.model)
    report = read_report(store.path(ref))
    specs = {} if locale == "en" else Registry.discover(home).specs
    page = report_page(home, ref, locale, specs)
    if common.wants_json(arguments):
        common.print_json({**report, "page": str(page)})
        return exits.OK
    common.print_lines([str(page), "", *lines_of(report, Words.of(locale, specs.get(report["recipe"])))])
    return exits.OK


def lines_of(report: Mapping[str, Any], words: Words) -> list[str]:
    """What a report says in plain words: its lists that hold something."""
    lists = {
        "In plain words": summary_of(report["measures"], report["neighbours"], words),
        "Strengths": [words.phrase(text) for text in report["strengths"]],
        "Limits": [words.phrase(text) for text in report["limits"]],
    }
    lines = []
    for heading, texts in lists.items():
        if texts:
            lines += [words.say("{heading}:", heading=words.say(heading)), *(f"  {text}" for text in texts)]
    return lines
