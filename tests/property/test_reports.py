"""Whatever stands in a report.json is refused, or becomes a page."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from studio.sdk import UserError
from studio.teach.report import rendered
from studio.teach.report_reading import read_report
from studio.teach.report_words import Words

texts = st.text(max_size=20)
numbers = st.integers() | st.floats()
odd = st.none() | st.booleans() | numbers | texts | st.lists(numbers, max_size=2) | st.dictionaries(texts, texts)


def mostly(fitting: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """What fits, and now and then what does not."""
    return st.integers(0, 40).flatmap(lambda chance: odd if chance == 0 else fitting)


measures = st.fixed_dictionaries(
    {"name": mostly(texts), "value": mostly(numbers)},
    optional={
        "baseline": mostly(numbers),
        "baseline_name": mostly(texts),
        "better": st.sampled_from(["lower", "higher", "near"]) | texts,
        "meaning": mostly(texts),
    },
)
neighbours = st.fixed_dictionaries({"sample": texts, "training": mostly(texts), "distance": mostly(numbers)})
reports = st.fixed_dictionaries(
    {"format": mostly(st.just(1))},
    optional={
        "title": mostly(texts),
        "recipe": mostly(texts),
        "seed": odd,
        "steps": mostly(numbers),
        "ended": mostly(numbers),
        "values": mostly(st.dictionaries(texts, odd, max_size=2)),
        "dataset": mostly(st.dictionaries(texts, odd, max_size=2)),
        "measures": mostly(st.lists(measures, max_size=2)),
        "neighbours": mostly(st.lists(neighbours, max_size=2)),
        "limits": mostly(st.lists(mostly(texts), max_size=2)),
        "distributions": mostly(
            st.dictionaries(texts, mostly(st.dictionaries(texts, numbers, max_size=2)), max_size=2)
        ),
        "curves": mostly(st.dictionaries(texts, st.lists(st.tuples(numbers, numbers), max_size=3), max_size=3)),
    },
)


@given(reports, st.sampled_from([Words(), Words.of("zh_CN", None)]))
def test_a_report_is_refused_or_becomes_a_page(plain: object, words: Words) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "report.json").write_text(json.dumps(plain))
        try:
            report = read_report(Path(folder))
        except UserError:
            return
        page = rendered(report, Path(folder), None, words)
    assert page.startswith("<!doctype html>")
    HTMLParser().feed(page)
