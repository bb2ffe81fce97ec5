"""``report.html``: one file that needs nothing else, without scripts, and in which every outside text is escaped."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from studio.teach.report_curves import curves_of
from studio.teach.report_words import ENGLISH, Words

PICTURE_BYTES = 4 * 2**20
"""Largest picture that is embedded."""

PAGE_BYTES = 24 * 2**20
"""Bytes of pictures in a page together; what comes later is named instead of shown."""

TEXT_SHOWN = 1500
"""Characters of a text sample that are shown."""

_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}

_STYLE = """
:root{color-scheme:light dark;--ink:#1d1d1f;--dim:#666;--line:#d9d9de;--card:#f6f6f8;--page:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#ececf0;--dim:#a0a0a8;--line:#3a3a42;--card:#222228;--page:#17171b}}
body{font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--page);max-width:60rem;margin:2.5rem auto;
padding:0 1.25rem}h1{line-height:1.2;margin-bottom:.2em}h2{margin-top:2.2em;border-bottom:1px solid var(--line)}
.dim,figcaption,small{color:var(--dim)}table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.4em .7em;
border-bottom:1px solid var(--line);vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}
.row{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}figure{margin:0;background:var(--card);padding:.6rem;
border-radius:8px}figure img{display:block;max-width:100%;min-width:6rem;image-rendering:pixelated}
.pair{display:flex;gap:.5rem;align-items:flex-start}.copied{outline:2px solid #c33}
.pair>*{max-width:24rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--card);padding:.8rem;
border-radius:8px;margin:0;font-size:.9em}svg{width:100%;max-width:40rem;display:block}
svg text{font-size:11px;fill:var(--dim)}
svg polyline{fill:none;stroke-width:1.6;stroke-linejoin:round}.frame{fill:none;stroke:var(--line)}.tick{
stroke:var(--line);stroke-dasharray:2 4}
.c0{stroke:#3b6fd4}.c1{stroke:#d0782a}.c2{stroke:#2e9e6b}.c3{stroke:#b0489a}.c4{stroke:#8a7a2c}
.c5{stroke:#6b6f7a}.legend{list-style:none;display:flex;flex-wrap:wrap;gap:1rem;padding:0;margin:.3rem 0 1.2rem}
.legend li::before{content:"";display:inline-block;width:1.4em;height:3px;margin-right:.5em;vertical-align:middle;
background:currentColor}.k0::before{color:#3b6fd4}.k1::before{color:#d0782a}.k2::before{color:#2e9e6b}
.k3::before{color:#b0489a}.k4::before{color:#8a7a2c}.k5::before{color:#6b6f7a}.bar{background:#3b6fd4;height:.7em;
border-radius:3px;min-width:1px}.good{color:#2e9e6b}.bad{color:#c0392b}
"""


BETTER = {"lower": "lower is better", "higher": "higher is better", "near": "nearer is better"}
"""How to read a measure, by `Measure.better`."""

DATA_FACTS = {
    "title": "Data: title",
    "licence": "Data: licence",
    "consent": "Data: consent",
    "files": "Data: files",
    "held_out": "Data: held out",
    "sources": "Data: sources",
    "captioned": "Data: with captions",
    "masking": "Data: masking",
    "masked": "Data: masked",
    "name": "Data: name",
    "kind": "Data: kind",
    "digest": "Data: digest",
}
"""What the facts of a dataset's card are called."""


def picture_of(path: Path) -> Path:
    """Where the picture of a sample lies that a page cannot show by itself: of a score, for instance."""
    return path.with_name(f"picture-{path.stem}.png")


class Page:
    """Collects parts of the page; every method escapes what it is given.

    Attributes:
        parts: HTML.
        words: the page's language.
    """

    def __init__(self, folder: Path, words: Words = ENGLISH) -> None:
        self.parts: list[str] = []
        self.words = words
        self._folder = folder
        self._left = PAGE_BYTES

    def heading(self, text: str, why: str = "") -> None:
        """A section, and a sentence on how to read it; both in the page's language already."""
        self.parts.append(f"<h2>{escape(text)}</h2>")
        if why:
            self.parts.append(f'<p class="dim">{escape(why)}</p>')

    def said(self, source: str, **values: object) -> str:
        """A text of ours in the page's language, as HTML."""
        return escape(self.words.say(source, **values))

    def phrase(self, text: str) -> str:
        """What a trainer said, in the page's language, as HTML."""
        return escape(self.words.phrase(text))

    def bullets(self, texts: Iterable[Any]) -> None:
        """A list of sentences."""
        self.parts.append("<ul>" + "".join(f"<li>{escape(str(text))}</li>" for text in texts) + "</ul>")

    def shown(self, name: str) -> str:
        """A picture or text of the model's folder, or the text itself, as HTML."""
        path = self._inside(name)
        return f"<pre>{escape(self.words.sample(name)[:TEXT_SHOWN])}</pre>" if path is None else self.file(path)

    def file(self, path: Path) -> str:
        """A picture as data, a text as text, anything else by the picture beside it, if there is one, and its name."""
        try:
            if path.stat().st_size <= min(PICTURE_BYTES, self._left):
                data = path.read_bytes()
                for signature, kind in _SIGNATURES.items():
                    if data.startswith(signature):
                        self._left -= len(data)
                        coded = base64.b64encode(data).decode("ascii")
                        return f'<img alt="{escape(path.name)}" src="data:{kind};base64,{coded}">'
                if path.suffix in (".txt", ".md"):
                    return f"<pre>{escape(data.decode('utf-8', 'replace')[:TEXT_SHOWN])}</pre>"
        except OSError:
            return f"<small>{self.said('{file} is gone', file=path.name)}</small>"
        picture = picture_of(path)
        drawn = self.file(picture) if picture.is_file() and not picture.is_symlink() else ""
        return f"<div>{drawn}<small>{escape(path.name)}</small></div>"

    def _inside(self, name: str) -> Path | None:
        """The file of that name in the model's folder; None where it is no such name, but a text."""
        if not name or len(name) > 255 or "\0" in name or "\n" in name:
            return None
        path = self._folder / name
        try:
            inside = path.resolve().is_relative_to(self._folder.resolve())
            return path if inside and path.is_file() else None
        except (OSError, ValueError):
            return None


def page_of(
    report: Mapping[str, Any],
    folder: Path,
    progress: Sequence[tuple[int, Sequence[Path]]],
    words: Words = ENGLISH,
) -> str:
    """The whole page.

    Args:
        report: as `report.report_of` makes it.
        folder: the model's folder, with the files the evaluation names.
        progress: samples of the training by step.
        words: the page's language; ``report["summary"]`` is in it already.
    """
    page = Page(folder, words)
    _summary(page, report)
    _measures(page, report["measures"])
    _samples(page, report["samples"])
    _progress(page, progress)
    _neighbours(page, report["neighbours"])
    _distributions(page, report["distributions"])
    _curves(page, report["curves"])
    _making(page, report)
    title = escape(str(report["title"] or report["family"]))
    return (
        f'<!doctype html><html lang="{escape(words.language)}"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        'style-src \'unsafe-inline\'"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        + "".join(page.parts)
        + "</body></html>\n"
    )


def _summary(page: Page, report: Mapping[str, Any]) -> None:
    say = page.words.say
    made = page.said(
        "{family} · made by {recipe} in {steps} steps from “{data}”",
        family=report["family"],
        recipe=report["recipe"],
        steps=f"{report['steps']:,}",
        data=report["dataset"].get("title") or report["dataset"].get("name"),
    )
    page.parts.append(f'<p class="dim">{made}</p>')
    page.heading(say("In plain words"))
    if report["summary"]:
        page.bullets(report["summary"])
    if report["intended_use"]:
        use = page.phrase(str(report["intended_use"]))
        page.parts.append(f"<p><b>{page.said('Meant for.')}</b> {use}</p>")
    for name, texts in ((say("Strengths"), report["strengths"]), (say("Limits"), report["limits"])):
        if texts:
            page.parts.append(f"<h3>{escape(name)}</h3>")
            page.bullets(page.words.phrase(str(text)) for text in texts)


def _measures(page: Page, measures: Sequence[Mapping[str, Any]]) -> None:
    if not measures:
        return
    say = page.words.say
    page.heading(say("Measured"), say("Beside a simple method, or the data itself, measured in the same way."))
    heads = (say("What"), say("This model"), say("Beside it"), say("What it says"))
    rows = [f"<tr>{''.join(f'<th>{escape(head)}</th>' for head in heads)}</tr>"]
    for measure in measures:
        known = measure["baseline"] is not None
        beside = f"{measure['baseline']:.4g} <small>{page.phrase(measure['baseline_name'])}</small>" if known else "–"
        better = page.said(BETTER.get(measure["better"], ""))
        rows.append(
            f"<tr><td>{page.phrase(measure['name'])}<br><small>{better}</small></td>"
            f'<td class="n">{measure["value"]:.4g}</td><td class="n">{beside}</td>'
            f"<td>{page.phrase(measure['meaning'])}</td></tr>"
        )
    page.parts.append(f"<table>{''.join(rows)}</table>")


def _samples(page: Page, samples: Sequence[str]) -> None:
    if samples:
        page.heading(page.words.say("What it makes"))
        page.parts.append(
            '<div class="row">' + "".join(f"<figure>{page.shown(one)}</figure>" for one in samples) + "</div>"
        )


def _progress(page: Page, progress: Sequence[tuple[int, Sequence[Path]]]) -> None:
    if not progress:
        return
    page.heading(page.words.say("While it learned"), page.words.say("Always from the same seeds."))
    page.parts.append('<div class="row">')
    for step, paths in progress:
        pictures = "".join(page.file(path) for path in paths)
        after = page.said("after {steps} steps", steps=f"{step:,}")
        page.parts.append(f"<figure><figcaption>{after}</figcaption>{pictures}</figure>")
    page.parts.append("</div>")


def _neighbours(page: Page, neighbours: Sequence[Mapping[str, Any]]) -> None:
    if not neighbours:
        return
    copied = sum(bool(one["copied"]) for one in neighbours)
    page.heading(
        page.words.say("What it copied"),
        page.words.say(
            "Samples (left) beside the training files most like them (right). "
            "{copied} of {count} count as copies; those are framed.",
            copied=copied,
            count=len(neighbours),
        ),
    )
    page.parts.append('<div class="row">')
    for one in neighbours:
        mark = "copied" if one["copied"] else ""
        pair = page.shown(one["sample"]) + page.shown(one["training"])
        said = "distance {distance}, a copy" if one["copied"] else "distance {distance}"
        distance = page.said(said, distance=f"{one['distance']:.4g}")
        page.parts.append(
            f'<figure class="{mark}"><div class="pair">{pair}</div><figcaption>{distance}</figcaption></figure>'
        )
    page.parts.append("</div>")


def _distributions(page: Page, distributions: Mapping[str, Mapping[str, float]]) -> None:
    if not distributions:
        return
    page.heading(
        page.words.say("What is in the data"),
        page.words.say("Shares by group. What is rare here, the model knows badly; what is common, it favours."),
    )
    for group, shares in distributions.items():
        most = max([abs(share) for share in shares.values()], default=1.0) or 1.0
        rows = "".join(
            f'<tr><td>{escape(page.words.name(str(name)))}</td><td class="n">{share:.1%}</td><td style="width:50%">'
            f'<div class="bar" style="width:{100 * abs(share) / most:.1f}%"></div></td></tr>'
            for name, share in shares.items()
        )
        page.parts.append(f"<h3>{page.phrase(str(group))}</h3><table>{rows}</table>")


def _curves(page: Page, curves: Mapping[str, Any]) -> None:
    if not curves:
        return
    why = "Each point averages some steps. Training is over where a curve no longer moves."
    page.heading(page.words.say("Curves"), page.words.say(why))
    for name, picture in curves_of(curves, page.words):
        page.parts.append(f"<h3>{escape(name)}</h3>{picture}")


def _making(page: Page, report: Mapping[str, Any]) -> None:
    say = page.words.say
    why = "The same recipe, values, seed and data make the same model again on a CPU."
    page.heading(say("How the model was made"), say(why))
    recipe = page.words.labelled(page.words.recipe, report["recipe"])
    version = say("{recipe}, version {version}", recipe=recipe, version=report["version"])
    rows: list[tuple[str, Any]] = [(say("Recipe"), version), (say("Seed"), report["seed"])]
    values = (report["values"] or {}).items()
    rows += [(page.words.parameter(name), page.words.value(name, value)) for name, value in values]
    rows += [(say(DATA_FACTS.get(name, name)), told) for name, told in report["dataset"].items()]
    made = time.strftime("%Y-%m-%d", time.localtime(report["ended"]))
    rows += [(say("Studio"), report["studio"]), (say("Made"), made)]
    cells = "".join(f"<tr><td>{escape(name)}</td><td>{escape(str(value))}</td></tr>" for name, value in rows)
    page.parts.append(f"<table>{cells}</table>")
