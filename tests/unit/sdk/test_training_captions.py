"""What captions speak of: words and people."""

from __future__ import annotations

import pytest

from studio.sdk.training.captions import caption_shares, people_in, shares_by_people


@pytest.mark.parametrize(
    ("caption", "groups"),
    [
        ("a Woman with a hat", ("women",)),
        ("man and woman", ("women", "men")),
        ("boy, smiling", ("men", "children")),
        ("an old woman", ("women", "older people")),
        ("a crowd of people", ("other people",)),
        ("a snowman in a kingdom", ()),
        ("红衣服的女孩", ("women", "children")),
        ("机器人", ()),
        ("一位医生", ("other people",)),
        ("", ()),
    ],
)
def test_people_are_recognised_in_english_and_chinese(caption: str, groups: tuple[str, ...]) -> None:
    assert people_in(caption) == groups


def test_shares_are_of_captions_that_say_something() -> None:
    shares = caption_shares(["a red woman", "red man", "the tree", "", "a tree, red tree"])
    assert shares["words in captions"] == {"red": 0.75, "tree": 0.5, "woman": 0.25, "man": 0.25}
    assert shares["people in captions"] == {"women": 0.25, "men": 0.25}
    assert caption_shares(["red tree"]).keys() == {"words in captions"}
    assert caption_shares(["", ""]) == {}


def test_findings_are_told_by_people_where_there_are_enough() -> None:
    captions = ["woman"] * 5 + ["man"] * 4 + ["tree"] * 10
    found = [True] * 4 + [False] * 5 + [True] * 5 + [False] * 5
    assert shares_by_people(captions, found) == {"women": 0.8, "nobody": 0.5}
    assert shares_by_people(["tree"] * 10, [True] * 10) == {}
