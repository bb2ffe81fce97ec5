"""What a model of answers learns from: texts with questions and answers, and where in a text its answer stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio import sdk
from studio_text.reading import CONTROL, UNKNOWN, Page

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

ARTICLES = frozenset(("a", "an", "the"))

LEAST_LIKENESS = 0.5
"""F1 that a stretch of the text must reach to be taught as the answer; answers in other words are not taught."""

LONGEST_ANSWER = 30
"""Words of an answer that is taught or found."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a text.

    Attributes:
        text: number of its text.
        question: as asked.
        answer: as a person answered it, perhaps in other words than the text's.
        kind: what it asks for, empty when nobody said.
    """

    text: int
    question: str
    answer: str
    kind: str = ""


def read_questions(items: Iterable[sdk.DatasetItem]) -> tuple[list[str], list[Asked]]:
    """The texts, and the questions to them: the records' ``questions``, or their one ``question`` and ``answer``.

    Raises:
        UserError: a text cannot be read.
    """
    texts: list[str] = []
    asked: list[Asked] = []
    for item in items:
        try:
            text = sdk.read_text(item).strip()
        except (OSError, ValueError) as error:
            raise sdk.UserError(
                f"A text of the dataset cannot be read: {error}", param="data", hint="Prepare the dataset anew."
            ) from error
        found = [Asked(len(texts), *parts) for parts in _pairs(item.meta.get("record"))]
        if text and found:
            texts.append(text)
            asked += found
    return texts, asked


def _pairs(record: Any) -> Iterator[tuple[str, str, str]]:
    if not isinstance(record, dict):
        return
    several = record.get("questions")
    for one in several if isinstance(several, list) else [record]:
        if not isinstance(one, dict):
            continue
        question, answer, kind = one.get("question"), one.get("answer"), one.get("kind", "")
        if isinstance(question, str) and isinstance(answer, str) and question.strip() and answer.strip():
            yield question.strip(), answer.strip(), str(kind)


def plain_words(text: str) -> list[str]:
    """Words as answers are compared by: lower case, no punctuation, no articles (Rajpurkar et al. 2016, "SQuAD")."""
    return [word for word in re.sub(r"[^\w\s]", "", text.lower()).split() if word not in ARTICLES]


def likeness(found: str, answer: str) -> float:
    """F1 of the words of two answers, 0 … 1 (Rajpurkar et al. 2016, section 6.1)."""
    left, right = plain_words(found), plain_words(answer)
    common = sum((Counter(left) & Counter(right)).values())
    return 2 * common / (len(left) + len(right)) if common else 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer stands: a sentence, and first and last word in it, counted by `Piece.words`."""

    sentence: int
    first: int
    last: int


def places_of(page: Page, answer: str) -> list[Place]:
    """The stretches of a page most like `answer`, within one sentence each; empty when none is like it enough."""
    wanted = Counter(plain_words(answer))
    best, found = LEAST_LIKENESS, list[Place]()
    for number, words in enumerate(_words_of(page)):
        for first, last, score in _stretches(words, wanted):
            if score > best + 1e-9:
                best, found = score, []
            if score >= best - 1e-9:
                found.append(Place(number, first, last))
    return found


def _words_of(page: Page) -> Iterator[list[str]]:
    """The words of each sentence, articles as empty strings, numbered as in `Piece.words`."""
    from studio_text.passages import WORD

    for one in page.sentences:
        words = WORD.findall(page.text[one.start : one.end])
        yield ["".join(plain_words(word)) for word in words]


def _stretches(words: Sequence[str], wanted: Counter[str]) -> Iterator[tuple[int, int, float]]:
    """Every stretch that begins and ends with a wished word, with its F1; articles don't count."""
    total = sum(wanted.values())
    for first, word in enumerate(words):
        if not wanted[word]:
            continue
        begin = first - 1 if first and not words[first - 1] else first  # “the king” rather than “king”
        have: Counter[str] = Counter()
        common = length = 0
        for last in range(first, min(len(words), first + LONGEST_ANSWER)):
            if not words[last]:
                continue
            have[words[last]] += 1
            length += 1
            if have[words[last]] <= wanted[words[last]]:
                common += 1
                yield begin, last, 2 * common / (total + length)


def _pieces(words: Counter[str], size: int) -> list[str]:
    """Control tokens, letters, then the most frequent pieces; those inside a word begin with ``##``."""
    from tokenizers import Tokenizer, models, trainers

    learner = Tokenizer(models.BPE())
    learner.train_from_iterator(words.elements(), trainers.BpeTrainer(vocab_size=size, show_progress=False))
    letters, counts = set[str](), Counter[str]()
    for word, count in words.items():
        cut = [piece.value for piece in learner.model.tokenize(word)]
        counts.update(dict.fromkeys([cut[0], *(f"##{piece}" for piece in cut[1:])], count) if cut else {})
        letters.update((word[:1], *(f"##{letter}" for letter in word[1:])))
    longer = sorted(counts.keys() - letters, key=lambda piece: (-counts[piece], piece))
    return [*CONTROL, *sorted(letters), *longer][:size]


def learn_pieces(texts: Iterable[str], size: int, context: int) -> PreTrainedTokenizerFast:
    """A WordPiece vocabulary of at most `size` tokens, all in lower case (Devlin et al. 2019, "BERT").

    The library's own trainer numbers pieces in an order that changes from call to call, and a run that goes on must
    find the numbers it began with. So pieces are learned by byte-pair merges, the same every time, and ranked here.
    """
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    normal, split = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
    words = Counter(word for text in texts for word, _ in split.pre_tokenize_str(normal.normalize_str(text)))
    vocabulary = {piece: number for number, piece in enumerate(_pieces(words, size))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=UNKNOWN))
    tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.decoder = normal, split, decoders.WordPiece()
    tokenizer.add_special_tokens(list(CONTROL))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=CONTROL[0],
        unk_token=UNKNOWN,
        cls_token=CONTROL[2],
        sep_token=CONTROL[3],
        model_max_length=context,
        clean_up_tokenization_spaces=False,
    )
