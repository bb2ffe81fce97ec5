"""Any text is a query or a clear mistake, and every query can be asked of the index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.library import search
from studio.library.index import Index
from studio.library.items import Item, new_id
from studio.library.search import And, Filter, Not, Or, QueryError, Words
from studio.library.views import View

PIECES = """
fox 雪中 " ( ) - OR * : kind: image rating:>= 4 date:< 2026-11 tag: is: favourite seed: generator: a.b \ue000a NEAR AND
^ ' é ﬁ 🦊 { +
"""
pieces = st.sampled_from((*PIECES.split(), " ", "\0", "\ud800"))
queries = st.lists(pieces | st.text(max_size=5), max_size=12).map("".join)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    opened = Index(Path(tmp_path_factory.mktemp("search")) / "index.db")
    created = "2026-11-23T10:00:00.000+00:00"
    opened.put(
        Item(id=new_id(1), kind="text", title="fox", created=created, file="", text="雪中的狐狸 é 4", tags=("a.b",))
    )
    yield opened
    opened.close()


@given(queries, st.booleans())
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_can_be_searched_or_is_a_clear_mistake(index: Index, text: str, typing: bool) -> None:
    try:
        view = View(index, text, typing=typing)
    except QueryError as error:
        mistake = error
    else:
        assert len(view.rows(0, 10)) == view.count <= 1
        return
    assert 0 <= mistake.position <= len(text)
    assert mistake.message.endswith(".")
    assert "\n" not in mistake.message


@given(
    st.from_regex(r"[A-Za-z0-9]{1,6}", fullmatch=True) | st.sampled_from(["OR", "ORB", "or", "AND", "a", "7"]),
    st.booleans(),
)
def test_a_plain_word_is_read_as_the_whole_grammar_reads_it(word: str, typing: bool) -> None:
    assert search.parse(word, typing=typing) == search.parse(f" {word}", typing=typing)


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    opened = Index(Path(tmp_path_factory.mktemp("logic")) / "index.db")
    yield opened
    opened.close()


plain = st.text("abcdefgxyz", min_size=2, max_size=6)
leaves = st.builds(Words, plain) | st.sampled_from(
    [Filter("kind", "image"), Filter("rating", "3", ">="), Filter("tag", "a b")]
)
nodes = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts)))
        | inner.map(Not)
    ),
    max_leaves=8,
)


def written(node: object) -> str:
    """A query as one would type it, with parentheses everywhere."""
    match node:
        case Words():
            return node.text
        case Filter():
            sign = "" if node.compare == "=" else node.compare
            return f'{node.name}:"{node.value}"' if " " in node.value else f"{node.name}:{sign}{node.value}"
        case Not():
            return f"-({written(node.node)})"
        case And():
            return " ".join(f"({written(each)})" for each in node.nodes)
        case Or():
            return " OR ".join(f"({written(each)})" for each in node.nodes)
        case _:
            raise AssertionError(node)


def holds(node: object, words: set[str]) -> bool:
    """Whether a query holds for an item with these words, kind image, rating 3 and the tag ``a b``."""
    match node:
        case Words():
            return node.text in words
        case Filter():
            return True
        case Not():
            return not holds(node.node, words)
        case And():
            return all(holds(each, words) for each in node.nodes)
        case Or():
            return any(holds(each, words) for each in node.nodes)
        case _:
            raise AssertionError(node)


@given(nodes, st.sets(plain, max_size=4))
@settings(max_examples=60, deadline=None)
def test_the_index_answers_as_logic_says(changing: Index, node: object, words: set[str]) -> None:
    item = Item(
        id="0" * 26,
        kind="image",
        title="",
        created="2026-11-23T10:00:00.000+00:00",
        file="",
        rating=3,
        tags=("a b",),
        text=" ".join(sorted(words)),
    )
    changing.put(item)
    view = View(changing, written(node))
    assert view.count == len(view.rows(0, 5)) == holds(node, words)
