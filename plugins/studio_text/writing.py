"""A text that grows token by token: decoding, counting words, and knowing when to end. Standard library only."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

RUN_ON_TOKENS = 96
"""How many tokens past the wished length a text may run to finish its sentence."""

MOST_TOKENS_PER_WORD = 4
"""A text that needs more than this, on average, is no longer made of words and ends by tokens instead."""

_SENTENCE_END = re.compile(r"""[.!?]["')]*\s*$""")
_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Dr|St|[A-Z])\.\s*$")
_CONTROL = {code: None for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F: None}


def tidy(text: str) -> str:
    """`text` with plain line breaks, without control characters, and always valid Unicode."""
    valid = text.encode("utf-8", "replace").decode("utf-8")
    return valid.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROL)


def opening_words(text: str, most: int = 6) -> str:
    """The first few words of the first line that has any, as a title."""
    line = next((line for line in text.split("\n") if re.search(r"\w", line)), "")
    words = line.split()[:most]
    return " ".join(words).strip(" ,.;:!?-\"'()")[:80]


def byte_table(tokens: Sequence[str]) -> list[bytes]:
    """The bytes each token of a byte-level vocabulary stands for.

    Byte-level vocabularies spell bytes that cannot be printed as characters from U+0100 on, in order (Radford et al.
    2019; the alphabet of ``tokenizers.pre_tokenizers.ByteLevel``).
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in set(printable)]
    alphabet = {chr(byte): byte for byte in printable} | {chr(0x100 + i): byte for i, byte in enumerate(others)}
    return [bytes(alphabet[character] for character in token if character in alphabet) for token in tokens]


def ends_sentence(text: str, *, in_quotation: bool = False) -> bool:
    """Whether `text` could stop here: a sentence is over and, unless `in_quotation`, no quotation is left open.

    Only the last paragraph's quotation marks count: old books open one anew in every paragraph of a long speech.
    """
    if not _SENTENCE_END.search(text) or _ABBREVIATION.search(text):
        return False
    if in_quotation:
        return True
    paragraph = text.rstrip().rpartition("\n\n")[2]
    return paragraph.count('"') % 2 == 0


class Writing:
    """The new part of a text while it is written.

    Attributes:
        ending: why it is over: ``"finished"`` (the model ended it), ``"length"``, ``"stop"``; empty while it goes on.
        tokens: tokens taken so far.
    """

    def __init__(self, table: Sequence[bytes], end: int, *, words: int, stop: str = "") -> None:
        """`table` from `byte_table`; `end` is the token that ends a text; `words` the wished length."""
        self._table, self._end = table, end
        self._limit, self._stop = words, stop
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._shown = 0
        self._over_since: int | None = None
        self.ending = ""
        self.tokens = 0

    @property
    def text(self) -> str:
        """What has been shown so far."""
        return self._text[: self._shown]

    @property
    def words(self) -> int:
        """Words written so far."""
        return len(self._text.split())

    @property
    def may_finish(self) -> bool:
        """Whether enough is written for the model to end the text by itself: half of the wished length."""
        return 2 * self.words >= self._limit

    def take(self, token: int) -> str:
        """Add one token and return what can now be shown: nothing while a character or a stop text may be incomplete.

        Sets `ending` when the text is over; what it returned then includes everything that belongs to it, and later
        tokens (`generate` computes one more) are ignored.
        """
        if self.ending:
            return ""
        if token == self._end:
            self.ending = "finished"
            return self._show(len(self._text))
        self.tokens += 1
        self._text += self._decoder.decode(self._table[token])
        found = self._text.find(self._stop, max(0, self._shown - len(self._stop))) if self._stop else -1
        if found >= 0:
            self.ending = "stop"
            return self._show(found)
        if self._long_enough():
            self.ending = "length"
            return self._show(len(self._text))
        return self._show(len(self._text) - self._held_back())

    def _show(self, end: int) -> str:
        piece = self._text[self._shown : end]
        self._shown = max(self._shown, end)
        return piece

    def _long_enough(self) -> bool:
        if self._over_since is None:
            if self.words < self._limit and self.tokens < self._limit * MOST_TOKENS_PER_WORD:
                return False
            self._over_since = self.tokens
        over = self.tokens - self._over_since
        # A quotation that never closes should not keep a finished sentence from ending the text for ever.
        return ends_sentence(self._text, in_quotation=over > RUN_ON_TOKENS // 2) or over >= RUN_ON_TOKENS

    def _held_back(self) -> int:
        """How many characters at the end may turn out to begin the stop text."""
        longest = min(len(self._stop) - 1, len(self._text) - self._shown)
        return next((size for size in range(longest, 0, -1) if self._text.endswith(self._stop[:size])), 0)
