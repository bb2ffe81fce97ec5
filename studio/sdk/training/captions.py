"""What the captions of a dataset speak of, for the part of a report that shows what a model favours.

Standard library only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

PEOPLE: Mapping[str, tuple[str, ...]] = {
    "women": (
        "woman", "women", "girl", "girls", "lady", "ladies", "female", "mother", "mum", "mom", "wife", "sister",
        "daughter", "bride", "grandmother", "grandma", "princess",
        "女人", "女性", "女士", "女子", "女孩", "女生", "妇女", "姑娘", "妈妈", "母亲", "奶奶", "外婆", "新娘",
    ),
    "men": (
        "man", "men", "boy", "boys", "gentleman", "gentlemen", "male", "father", "dad", "husband", "brother",
        "groom", "grandfather", "grandpa", "prince", "guy", "guys",
        "男人", "男性", "男士", "男子", "男孩", "男生", "爸爸", "父亲", "爷爷", "外公", "新郎",
    ),
    "children": (
        "child", "children", "kid", "kids", "baby", "babies", "toddler", "infant", "boy", "boys", "girl", "girls",
        "teenager", "孩子", "小孩", "儿童", "男孩", "女孩", "婴儿", "宝宝",
    ),
    "older people": (
        "elderly", "grandmother", "grandma", "grandfather", "grandpa", "old man", "old woman", "older man",
        "older woman", "old person", "older person", "老人", "老年人", "爷爷", "奶奶", "外公", "外婆",
    ),
    "other people": (
        "person", "persons", "people", "human", "humans", "adult", "crowd", "family", "couple", "selfie", "worker",
        "student", "teacher", "doctor", "nurse", "farmer", "soldier", "dancer", "singer", "officer", "firefighter",
        "人物", "人们", "人群", "人像", "一个人", "行人", "路人", "大人", "家人", "工人", "学生", "老师", "医生",
        "护士", "农民", "士兵", "警察",
    ),
}  # fmt: skip
"""Words for people, by group; "other people" counts where none of the other groups is named."""

WORDS_TOLD = 20
"""Most words whose shares are told."""


def people_in(caption: str) -> tuple[str, ...]:
    """The groups of `PEOPLE` that a caption names, in English or Chinese; none where it names nobody."""
    spaced = f" {' '.join(re.findall(r'[a-z]+', caption.lower()))} "
    found = [
        group
        for group, words in PEOPLE.items()
        if any(f" {word} " in spaced if word.isascii() else word in caption for word in words)
    ]
    return tuple(found if found == ["other people"] else [group for group in found if group != "other people"])


def caption_shares(captions: Sequence[str]) -> dict[str, dict[str, float]]:
    """Shares of captions that hold each common word, and that name people, where any do; for `Evaluation`."""
    told = [caption for caption in captions if caption.strip()]
    words = Counter(word for caption in told for word in set(words_in(caption)))
    people = Counter(group for caption in told for group in people_in(caption))
    shares = {
        "words in captions": {word: count / len(told) for word, count in words.most_common(WORDS_TOLD)},
        "people in captions": {group: people[group] / len(told) for group in PEOPLE if people[group]},
    }
    return {name: share for name, share in shares.items() if share}


def shares_by_people(captions: Sequence[str], found: Sequence[bool], fewest: int = 5) -> dict[str, float]:
    """In what share of pictures something was found, by the people that their captions name.

    Args:
        captions: of the pictures.
        found: whether it was found in each.
        fewest: pictures that a group must have to be told.

    Returns:
        One share for each group of `PEOPLE`, and one for "nobody"; empty where no group has enough pictures.
    """
    groups: dict[str, list[bool]] = {}
    for caption, one in zip(captions, found, strict=True):
        for group in people_in(caption) or ("nobody",):
            groups.setdefault(group, []).append(bool(one))
    shares = {
        group: sum(groups[group]) / len(groups[group])
        for group in (*PEOPLE, "nobody")
        if len(groups.get(group, ())) >= fewest
    }
    return shares if shares.keys() - {"nobody"} else {}


def words_in(caption: str) -> list[str]:
    """Words in lower case that say what is there; Chinese stands as it was written between spaces and commas."""
    return [word for word in re.findall(r"[^\W_]+", caption.lower()) if word not in _FILLERS]


_FILLERS = frozenset((
    "a", "an", "the", "of", "with", "and", "in", "on", "at", "to", "for", "by", "from", "is", "are", "its",
    "his", "her",
))  # fmt: skip
