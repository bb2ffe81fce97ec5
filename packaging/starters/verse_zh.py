"""The starter ``verse-zh``: a small model of classical Chinese verse, and the tables that give its verse a form.

``prepare`` turns the poems into texts of one shape per form, each with a caption ``form，title，words``, held out by
author; poems of other forms are learned from besides. ``finish`` adds to the model what a generator needs besides: the
forms, the rhymes, the hints it knows, and the fingerprints of what it learned from.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from verse_tables import store_runs

REGULATED = {
    "五言绝句": ((5, 5), 2),
    "七言绝句": ((7, 7), 2),
    "五言律诗": ((5, 5), 4),
    "七言律诗": ((7, 7), 4),
}
"""Shi forms: the lines of a couplet, and how many couplets."""

TUNES = (
    "浣溪沙", "鹧鸪天", "菩萨蛮", "满江红", "临江仙", "西江月", "减字木兰花", "蝶恋花", "点绛唇", "清平乐",
    "虞美人", "好事近", "卜算子", "渔家傲", "玉楼春", "南乡子", "踏莎行", "浪淘沙", "鹊桥仙", "如梦令",
    "阮郎归", "采桑子", "江城子", "水调歌头", "生查子", "忆江南",
)  # fmt: skip
"""Ci tunes, those with the most poems of one pattern."""

SAME_TUNE = {"望江南・忆江南": "忆江南"}

OTHERS = {form: form for form in ("五言古诗", "七言古诗", "四言诗", "古诗")} | dict.fromkeys(REGULATED, "古诗")
OTHER_TUNE = "词"
"""What other forms are called: under these names, poems are learned from that no generator asks for."""

LEFT_OUT = "曲"
"""Yuan songs: half spoken, with characters that the other forms hardly use."""

HELD_OUT_IN_1000 = 50
"""Authors in a thousand whose poems are kept for testing."""

HINTS = 1600
"""Two-character words that may stand in a caption."""

HINTS_PER_POEM = 3
LONGEST_TITLE = 7
RUN = 13
"""Length of the runs of characters whose fingerprints are stored, so that longer copies can be refused."""

FILTER_BITS = 1 << 25
"""A Bloom filter of 4 MB; with 2.7 million runs about 0.7 % of new runs are taken for known ones."""

RECIPE: dict[str, Any] = {
    "trainer": "studio_text.training.lm:TrainTextModel",
    "kind": "text",
    "title": "Classical Chinese verse",
    "seed": 1,
    "values": {
        "steps": 17000,
        "units": "characters",
        "layers": 5,
        "width": 192,
        "context": 160,
        "batch": 2048,
        "rate": 0.006,
        "hide_tags": 0.4,
        "hide_captions": 0.0,
    },
    "card": {
        "title": "Classical Chinese verse",
        "licence": "MIT (the collection); the poems are in the public domain",
        "source": "chinese-poetry, https://github.com/chinese-poetry/chinese-poetry",
    },
    "credits": """The poems come from the collection *chinese-poetry* (https://github.com/chinese-poetry/chinese-poetry),
MIT License, copyright its contributors; the poems themselves, of the Tang, Five Dynasties and Song, are in the public
domain. They were brought into simplified characters. The rhyme groups were made with *pypinyin* (MIT License), which
lists modern standard readings; no part of it is in this folder.""",
}

_PLAIN = str.maketrans({"、": "，", "；": "，", "：": "，", "？": "。", "！": "。"})
_QUOTES = re.compile(r"[“”‘’《》（）()「」『』\s]")
_LETTERS = re.compile(r"[\u3400-\u9fff，。\n]+")


@dataclass(frozen=True, slots=True)
class Poem:
    """One poem in its form's own pattern.

    Attributes:
        form: its form or tune.
        title: Chinese characters only; empty where it says no more than the tune.
        author: what the split is made by.
        text: couplets or phrases, one a line, with ，and 。 alone.
    """

    form: str
    title: str
    author: str
    text: str


def prepare(data: Path, folder: Path) -> None:
    """Write ``texts.jsonl`` and ``dataset.json``."""
    from studio.sdk import Dataset, DatasetItem

    everything = list(read(data))
    poems = fitting(everything)
    known = hints(poem.text for poem in poems if not is_held_out(poem))
    items, offset = [], 0
    with (folder / "texts.jsonl").open("wb") as stream:
        for poem in poems + others(everything, poems):
            line = json.dumps({"text": poem.text}, ensure_ascii=False).encode() + b"\n"
            stream.write(line)
            caption = "，".join(filter(None, (poem.form, poem.title, *words_of(poem, known))))
            place = {"offset": offset, "bytes": len(line)}
            digest = hashlib.sha256(line).hexdigest()
            items.append(DatasetItem(folder / "texts.jsonl", caption, poem.author, is_held_out(poem), digest, place))
            offset += len(line)
    whole = hashlib.sha256("\n".join(f"{i.sha256} {i.caption} {i.held_out}" for i in items).encode()).hexdigest()
    dataset = Dataset("verse-zh", "text", folder, tuple(items), whole, RECIPE["card"])
    (folder / "dataset.json").write_text(json.dumps(dataset.to_json(), ensure_ascii=False), "utf-8")


def read(data: Path) -> Iterator[Poem]:
    """All poems but those left out, in plain punctuation."""
    with gzip.open(data / "text-poems-zh" / "poems_zh.jsonl.gz", "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            tune = record.get("tune", "")
            form = SAME_TUNE.get(tune, tune) if record["form"] == "词" else record["form"]
            if form == LEFT_OUT:
                continue
            rows = (_QUOTES.sub("", row).translate(_PLAIN) for row in record["text"].split("\n"))
            text = "\n".join(filter(None, rows))
            title = "".join(
                re.findall(r"[\u4e00-\u9fff]", record["title"].replace(tune, "") if tune else record["title"])
            )
            yield Poem(form, title if len(title) <= LONGEST_TITLE else "", record["author"], text)


def pattern(text: str) -> tuple[tuple[int, ...], ...]:
    """Characters per phrase, line by line; empty where something else stands in the text."""
    rows = []
    for row in text.split("\n"):
        if not re.fullmatch(r"(?:[\u3400-\u9fff]+，)*[\u3400-\u9fff]+。", row):
            return ()
        rows.append(tuple(len(phrase) for phrase in re.findall(r"[\u3400-\u9fff]+", row)))
    return tuple(rows)


def patterns(poems: list[Poem]) -> dict[str, tuple[tuple[int, ...], ...]]:
    """The pattern of each form: by rule for shi, the most frequent one for a tune."""
    found: dict[str, tuple[tuple[int, ...], ...]] = {form: (row,) * rows for form, (row, rows) in REGULATED.items()}
    for tune in TUNES:
        counts = Counter(pattern(poem.text) for poem in poems if poem.form == tune)
        counts.pop((), None)
        found[tune] = max(counts, key=lambda one: (counts[one], one))
    return found


def fitting(poems: list[Poem]) -> list[Poem]:
    """The poems that have their form's pattern."""
    forms = patterns(poems)
    return [poem for poem in poems if poem.form in forms and pattern(poem.text) == forms[poem.form]]


def others(poems: list[Poem], chosen: list[Poem]) -> list[Poem]:
    """The rest of what may be learned from: poems of other forms and tunes, and those that depart from their pattern.

    They teach words and turns of phrase, not forms: what departs from a pattern loses the form's name.
    """
    taken = {id(poem) for poem in chosen}
    left = (poem for poem in poems if id(poem) not in taken and _LETTERS.fullmatch(poem.text) and not is_held_out(poem))
    return [replace(poem, form=OTHERS.get(poem.form, OTHER_TUNE)) for poem in left]


def is_held_out(poem: Poem) -> bool:
    """Whether a poem's author is kept out of training."""
    return zlib.crc32(poem.author.encode()) % 1000 < HELD_OUT_IN_1000


def hints(texts: Iterator[str]) -> dict[str, int]:
    """Two-character words and in how many poems they occur: those that stand together more often than by chance.

    The score is the count times pointwise mutual information (Church & Hanks 1990).
    """
    single: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for text in texts:
        phrases = re.findall(r"[\u3400-\u9fff]+", text)
        single.update("".join(phrases))
        # Words stand at even places of a phrase, except for its last three characters.
        pairs.update({phrase[place : place + 2] for phrase in phrases for place in range(0, len(phrase) - 1, 2)})
    total, whole = sum(single.values()), sum(pairs.values())

    def score(pair: str) -> float:
        chance = single[pair[0]] * single[pair[1]] / total**2
        return pairs[pair] * math.log(pairs[pair] / whole / chance)

    best = sorted(pairs, key=lambda pair: (-score(pair), pair))[:HINTS]
    return {pair: pairs[pair] for pair in best}


def words_of(poem: Poem, known: dict[str, int]) -> list[str]:
    """Up to three hints that occur in a poem; which ones depends on its text alone."""
    phrases = re.findall(r"[\u3400-\u9fff]+", poem.text)
    found = {phrase[place : place + 2] for phrase in phrases for place in range(len(phrase) - 1)} & known.keys()
    return sorted(found, key=lambda word: zlib.crc32((word + poem.text).encode()))[:HINTS_PER_POEM]


def finish(folder: Path, out: Path) -> list[Any]:
    """Add ``verse.json`` (forms, rhymes, hints) and ``runs.safetensors`` (fingerprints) to the model in `out`.

    Returns:
        how well the poems of the finished model keep their form.
    """
    from studio.sdk import Dataset
    from studio_text.training.evaluate_verse import measures
    from studio_text.versing import VerseModel

    lines = [json.loads(line)["text"] for line in (folder / "texts.jsonl").read_text("utf-8").splitlines()]
    items = json.loads((folder / "dataset.json").read_text("utf-8"))["items"]
    learned = [(item["caption"].split("，")[0], text) for item, text in zip(items, lines, strict=True)
               if not item.get("held_out")]  # fmt: skip
    kept = [(form, text) for form, text in learned if form in REGULATED or form in TUNES]
    sounds = readings({letter for _, text in kept for letter in re.findall(r"[\u3400-\u9fff]", text)})
    forms = {}
    for form in (*REGULATED, *TUNES):
        own = [text for kind, text in kept if kind == form]
        shape = pattern(own[0])
        scheme = [0 if place % 2 else -1 for place in range(2 * len(shape))] if form in REGULATED else None
        forms[form] = {"lines": shape, "rhymes": scheme or rhyme_scheme(own, sounds), "poems": len(own)}
    tables = {"forms": forms, "sounds": sounds, "hints": hints(text for _, text in kept)}
    (out / "verse.json").write_text(json.dumps(tables, ensure_ascii=False, separators=(",", ":")), "utf-8")
    store_runs([re.sub(r"[，。\n]", "", text) for _, text in learned], RUN, FILTER_BITS, out / "runs.safetensors")
    return measures(VerseModel(out, out, "cpu"), Dataset.read(folder))


FINALS = (
    ("a ia ua va", "麻"), ("o e uo", "波"), ("ie ve üe ê", "皆"), ("ai uai", "开"), ("ei uei ui", "微"),
    ("ao iao", "豪"), ("ou iou iu", "尤"), ("an ian uan van üan", "寒"), ("en in uen un vn ün", "文"),
    ("ang iang uang", "唐"), ("eng ing ueng ong iong", "庚"), ("i er v ü", "齐"), ("-i", "支"), ("u", "姑"),
)  # fmt: skip
"""Finals of standard Mandarin by rhyme group: the fourteen of *Zhonghua xinyun* (2005)."""


def readings(letters: set[str]) -> dict[str, str]:
    """Rhyme group and tone of each character by its most frequent modern reading, e.g. ``{"春": "文1"}``."""
    from pypinyin import Style, pinyin

    groups = {final: group for finals, group in FINALS for final in finals.split()}
    found = {}
    for letter in sorted(letters):
        final = pinyin(letter, style=Style.FINALS_TONE3, strict=True, errors="ignore")
        initial = pinyin(letter, style=Style.INITIALS, strict=True, errors="ignore")
        if not final or not final[0][0] or not final[0][0][-1].isdigit():
            continue
        sound, tone = final[0][0][:-1], final[0][0][-1]
        apical = sound == "i" and initial[0][0] in {"zh", "ch", "sh", "r", "z", "c", "s"}
        group = groups.get("-i" if apical else sound)
        if group:
            found[letter] = group + tone
    return found


AGREEMENT = 0.4
"""Share of poems in which two phrase ends must rhyme by modern readings to count as rhyming in a tune.

By chance it is about 0.1; where a tune's rule asks for it, 0.5 to 0.8, because sounds have changed since.
"""


def rhyme_scheme(texts: list[str], sounds: dict[str, str]) -> list[int]:
    """Which phrase ends of a tune rhyme with each other: a number for each phrase, −1 where none does."""
    ends = [[sounds.get(phrase[-1], "")[:1] for phrase in re.findall(r"[\u3400-\u9fff]+", text)] for text in texts]
    places = range(len(ends[0]))
    scheme: list[int] = []
    for place in places:
        shares = [sum(end[place] == end[other] != "" for end in ends) / len(ends) for other in range(place)]
        best = max(range(place), key=shares.__getitem__, default=-1)
        scheme.append(scheme[best] if best >= 0 and shares[best] >= AGREEMENT else place)
    sizes = Counter(scheme)
    numbers = {name: number for number, name in enumerate(name for name in dict.fromkeys(scheme) if sizes[name] > 1)}
    return [numbers.get(name, -1) for name in scheme]
