"""The starter ``verse-en``: a small model of English verse that writes each line from its last word to its first.

Written backwards, a line begins with its rhyme, and what follows is written towards it; written forwards, a rhyme has
to be forced on a line that was going somewhere else. ``prepare`` turns the poems into such texts, each with a caption
``metre, author, words``, held out by author. ``finish`` adds what the generator needs besides: sounds and stresses of
words, words for captions, counts, and the fingerprints of what was learned from.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from english_sounds import sound_of, sounds_of, syllables
from verse_tables import store_counts, store_runs

HELD_OUT_IN_1000 = 50
"""Authors in a thousand whose poems are kept for testing."""

DIALECT = frozenset(
    (
        "Robert Burns",
        "Paul Laurence Dunbar",
        "James Whitcomb Riley",
        "John Hartley",
        "Edgar Lee Masters",
        "Walt Whitman",
    )
)
"""Authors in dialect or free verse, of whom this model would learn neither spelling nor metre."""

LONGEST_PIECE, SHORTEST_PIECE = 16, 3
"""Lines of one text; longer poems are parted between stanzas."""

LEAST_KNOWN = 0.93
"""Share of the words of a text that must be in the pronouncing dictionary."""

AUTHOR_WORDS = 9_000
"""Words an author must have written to be named in captions."""

HINTS, HINTS_PER_TEXT = 600, 3
"""Words that may stand in a caption, and how many of them in one."""

RECIPE: dict[str, Any] = {
    "trainer": "studio_text.training.lm:TrainTextModel",
    "kind": "text",
    "title": "English verse",
    "seed": 1,
    "values": {
        "steps": 6500,
        "units": "bytes",
        "layers": 5,
        "width": 192,
        "context": 256,
        "batch": 2048,
        "rate": 0.006,
        "hide_tags": 0.4,
        "hide_captions": 0.0,
    },
    "card": {
        "title": "English verse",
        "licence": "public domain",
        "source": "public-domain-poetry, https://github.com/facjure/public-domain-poetry",
    },
    "credits": """The poems, by authors who died in 1955 or earlier, come from the collection *public-domain-poetry*
(https://github.com/facjure/public-domain-poetry) and are in the public domain. Sounds and stresses of words were
derived from the *CMU Pronouncing Dictionary* (https://github.com/cmusphinx/cmudict), copyright 1993-2015 Carnegie
Mellon University, BSD 2-Clause License; only rhyme and stress of the words of this model are in this folder.""",
}

ELIDED = ("'tis", "'twas", "'twere", "'twill", "'mid", "'neath", "'gainst", "'mong", "'twixt")
UNIT = re.compile(
    rf"(?:{'|'.join(ELIDED)})\b|(?:\b[tT]h'|\b[oO]')(?=\s)|[A-Za-z]+(?:['-][A-Za-z]+)*|--|[,;:.!?]", re.IGNORECASE
)
"""Words and punctuation marks; everything else (quotation marks, brackets, figures) is left out."""

MARKS = frozenset((",", ";", ":", ".", "!", "?", "--"))


@dataclass(frozen=True, slots=True)
class Text:
    """A poem or a part of one.

    Attributes:
        lines: its lines as units, in reading order; empty ones part stanzas.
        author: whose it is.
        metre: one of the names `metre_of` gives.
    """

    lines: tuple[tuple[str, ...], ...]
    author: str
    metre: str

    @property
    def written(self) -> str:
        """As the model writes it: each line backwards, every unit behind a space."""
        return "\n".join("".join(f" {unit}" for unit in reversed(line)) for line in self.lines)


def prepare(data: Path, folder: Path) -> None:
    """Write ``texts.jsonl`` and ``dataset.json``."""
    from studio.sdk import Dataset, DatasetItem

    texts = list(read(data))
    learned = [text for text in texts if not is_held_out(text.author)]
    known, authors = hints(learned), frequent_authors(learned)
    items, offset = [], 0
    with (folder / "texts.jsonl").open("wb") as stream:
        for text in texts:
            line = json.dumps({"text": text.written}, ensure_ascii=False).encode() + b"\n"
            stream.write(line)
            author = text.author if text.author in authors else ""
            caption = ", ".join(filter(None, (text.metre, author, *words_of(text, known))))
            place = {"offset": offset, "bytes": len(line)}
            digest = hashlib.sha256(line).hexdigest()
            items.append(
                DatasetItem(folder / "texts.jsonl", caption, text.author, is_held_out(text.author), digest, place)
            )
            offset += len(line)
    whole = hashlib.sha256("\n".join(f"{i.sha256} {i.caption} {i.held_out}" for i in items).encode()).hexdigest()
    dataset = Dataset("verse-en", "text", folder, tuple(items), whole, RECIPE["card"])
    (folder / "dataset.json").write_text(json.dumps(dataset.to_json(), ensure_ascii=False), "utf-8")


def is_held_out(author: str) -> bool:
    """Whether an author's poems are kept out of training."""
    return zlib.crc32(author.encode()) % 1000 < HELD_OUT_IN_1000


def read(data: Path) -> Iterator[Text]:
    """The poems in standard English, in parts of a few stanzas."""
    poems = []
    with gzip.open(data / "text-poems-en" / "poems_en.jsonl.gz", "rt", encoding="utf-8") as stream:
        for record in map(json.loads, stream):
            author = re.sub(r"\s*\(.*?\)|,.*", "", record["author"]).strip()
            if author not in DIALECT:
                poems.append((author, [UNIT.findall(line) for line in record["text"].split("\n")]))
    usual = usual_case(line for _, lines in poems for line in lines)
    for author, lines in poems:
        cased = [tuple(without_initial_capital(line, usual)) for line in lines]
        for part in parts_of(cased):
            metre = metre_of(part)
            if metre and known_share(part) >= LEAST_KNOWN:
                yield Text(tuple(part), author, metre)


def usual_case(lines: Iterable[list[str]]) -> dict[str, str]:
    """How each word is mostly written where it does not begin a line or a sentence."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        for before, word in pairwise(line):
            if before not in {".", "!", "?"} and word not in MARKS:
                counts[word.lower()][word] += 1
    return {word: forms.most_common(1)[0][0] for word, forms in counts.items()}


def without_initial_capital(line: list[str], usual: dict[str, str]) -> Iterator[str]:
    """`line` with the words after a beginning written as usual elsewhere."""
    for number, word in enumerate(line):
        begins = number == 0 or line[number - 1] in {".", "!", "?"}
        yield usual.get(word.lower(), word.lower()) if begins and word not in MARKS else word


def parts_of(lines: list[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
    """A poem in parts of whole stanzas that are not too long; a stanza that is too long by itself is cut."""
    part: list[tuple[str, ...]] = []
    for stanza in stanzas_of(lines):
        for start in range(0, len(stanza), LONGEST_PIECE):
            piece = stanza[start : start + LONGEST_PIECE]
            if part and len(part) + 1 + len(piece) > LONGEST_PIECE:
                yield part
                part = []
            part = [*part, (), *piece] if part else list(piece)
    if len(part) >= SHORTEST_PIECE:
        yield part


def stanzas_of(lines: list[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
    """Lines between empty ones; a line of punctuation alone counts as empty."""
    stanza: list[tuple[str, ...]] = []
    for line in [*lines, ()]:
        if any(unit not in MARKS for unit in line):
            stanza.append(line)
        elif stanza:
            yield stanza
            stanza = []


def known_share(lines: Iterable[tuple[str, ...]]) -> float:
    """Share of words that are in the pronouncing dictionary."""
    words = [unit for line in lines for unit in line if unit not in MARKS]
    return sum(bool(sounds_of(word)) for word in words) / max(1, len(words))


def metre_of(lines: list[tuple[str, ...]]) -> str:
    """What kind of lines a text has, by its syllables; empty for lines too long for verse."""
    counts = [sum(syllables(unit) for unit in line if unit not in MARKS) for line in lines if line]
    if max(counts) > 20:
        return ""

    def share(*wanted: int) -> float:
        return sum(count in wanted for count in counts) / len(counts)

    even, odd = counts[::2], counts[1::2]
    if share(9, 10, 11) >= 0.8:
        return "pentameter"
    if (
        odd
        and sum(n in {7, 8, 9} for n in even) >= 0.75 * len(even)
        and sum(n in {5, 6, 7} for n in odd) >= 0.75 * len(odd)
    ):
        return "ballad"
    if share(7, 8, 9) >= 0.8:
        return "tetrameter"
    if share(4, 5, 6, 7) >= 0.8:
        return "trimeter"
    return "long" if sum(counts) / len(counts) > 11 else "mixed"


def frequent_authors(texts: Iterable[Text]) -> set[str]:
    """Authors who wrote enough to be told apart."""
    words: Counter[str] = Counter()
    for text in texts:
        words[text.author] += sum(map(len, text.lines))
    return {author for author, count in words.items() if count >= AUTHOR_WORDS}


def hints(texts: Iterable[Text]) -> dict[str, int]:
    """Words that tell what a text is about, and in how many texts they occur: frequent, but not everywhere."""
    counts: Counter[str] = Counter()
    total = 0
    for text in texts:
        counts.update({unit.lower() for line in text.lines for unit in line if len(unit) > 2 and unit.isalpha()})
        total += 1
    telling = [word for word, count in counts.items() if count < total * 0.09 and word not in COMMON]
    best = sorted(telling, key=lambda word: (-counts[word], word))[:HINTS]
    return {word: counts[word] for word in best}


_COMMON = """
about above again against alone along although among another any around away back because before began behind
being below beneath beside best better between beyond bring brought came cannot can't could does done don't down each
else enough ere even ever every far few find first found gave get give given goes going gone good got great had half
hast hath here high himself how i'll i'm i've its it's itself just kept know known last least left less let like
little long look looked lost made make many may might mine more most much must myself near need never next nor nothing
now off often old once one only other others ought our ours out over own part place put quite rather round said same
saw say seem seemed seems seen shall shalt she should since some something soon still stood such sure take taken tell
than thee their them then there these they thine thing things think those thou though thought three through thus thy
till times together told too took towards turn turned two under unto until upon used very was way ways well went were
what when whence where which while who whole whom whose why will wilt with within without would yes yet you your
are art both but come comes day did dost doth each for from has have her hers him his into let not the this that
'tis that's there's thro who'd shan't won't all and been feel felt full hear heard hold held left lie lies live lived
meet met pass passed right rise said seek set show sit speak stand stay true try want wish word words work
"""

COMMON = frozenset(_COMMON.split())
"""Words that may be rarer than the most frequent ones and still say nothing of a poem's matter."""


def words_of(text: Text, known: dict[str, int]) -> list[str]:
    """A few hints that occur in a text; which ones depends on its words alone."""
    found = {unit.lower() for line in text.lines for unit in line} & known.keys()
    return sorted(found, key=lambda word: zlib.crc32((word + text.written).encode()))[:HINTS_PER_TEXT]


LEAST_WORD = 8
"""Texts' words that occur less often are not written by the generator."""

MOST_WORDS = 9_000

RUN = 8
"""Length of the runs of words whose fingerprints are stored, so that longer copies can be refused."""

FILTER_BITS = 1 << 25
"""A Bloom filter of 4 MB; with 2.5 million runs about 1 % of new runs are taken for known ones."""

LEAST = 3
"""Fewest times a run of two or three tokens must occur to be stored."""


def finish(folder: Path, out: Path) -> list[Any]:
    """Add sounds, hints and authors (``verse.json``), counts and fingerprints to the model in `out`.

    Returns:
        how well the poems of the finished model keep their form.
    """
    from studio.sdk import Dataset, read_text
    from studio_text.english_model import EnglishModel
    from studio_text.training.evaluate_english import measures

    items = Dataset.read(folder).training
    written = [read_text(item) for item in items]
    lines = [[unit for line in text.split("\n") for unit in reversed(line.split())] for text in written]
    words = Counter(unit for text in lines for unit in text if unit not in MARKS)
    frequent = [word for word, count in words.most_common() if count >= LEAST_WORD][:MOST_WORDS]
    sounds = {word: sound for word in frequent if (sound := sound_of(word))}
    tags = Counter(tag for item in items for tag in item.caption.split(", ")[1:])
    authors = {author: tags[author] for author in sorted({item.source for item in items}) if tags[author]}
    known = {tag: count for tag, count in tags.most_common() if tag not in authors}
    tables = {"sounds": sounds, "hints": known, "authors": authors}
    (out / "verse.json").write_text(json.dumps(tables, ensure_ascii=False), "utf-8")
    plain = [[word.lower() for word in text if word not in MARKS] for text in lines]
    store_runs(plain, RUN, FILTER_BITS, out / "runs.safetensors")
    store_counts(written, out, LEAST)
    return measures(EnglishModel(out, out, "cpu"))
