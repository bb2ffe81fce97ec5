"""Finds and masks personal data in texts: e-mail, phone, card, IBAN, IP address, keys, Chinese identity numbers.

Patterns propose and checks decide: check digits where a number has them, the words before it where it has none. A text
without digits and without “@” holds nothing of this, which passes over most verse and prose at once.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass

from studio.teach.personal_data_keys import keys
from studio.teach.personal_data_numbers import cards, ibans, identity_numbers, ip_addresses
from studio.teach.personal_data_phones import phones

MASKS = {
    "e-mail": "[e-mail]",
    "phone": "[phone number]",
    "card": "[card number]",
    "iban": "[IBAN]",
    "ip": "[IP address]",
    "key": "[key]",
    "id-number": "[identity number]",
}
"""What stands in the place of each kind."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Where personal data is.

    Attributes:
        kind: one of `MASKS`.
        start, end: its place in the text, letters.
    """

    kind: str
    start: int
    end: int


_WIDE = {ord(letter) + 0xFEE0: letter for letter in string.ascii_letters + string.digits + "@+-._()"} | {
    0x3000: " ",
    0xA0: " ",
    0x2011: "-",
    0x2013: "-",
}
"""Full-width forms and unusual spaces and hyphens as the usual ones, letter by letter, so that places stay."""

_WORTH_A_LOOK = re.compile(r"[0-9@]|[(\[{] ?at ?[)\]}]|-----BEGIN|(?i:password|passwd|密码|密钥)")

_ADDRESS = re.compile(
    r"(?<![\wÀ-ÿ.%+@-])[A-Za-z0-9À-ÿ_%+-]{1,64}(?:\.[A-Za-z0-9À-ÿ_%+-]{1,64}){0,7}"
    r"@(?:[A-Za-z0-9À-ÿ](?:[A-Za-z0-9À-ÿ-]{0,61}[A-Za-z0-9À-ÿ])?\.){1,8}[A-Za-zÀ-ÿ]{2,24}(?![A-Za-z0-9@])",
    re.ASCII,
)
_SPELLED = re.compile(
    r"(?<![\w.-])[A-Za-z0-9][\w.+-]{0,63} ?[(\[{] ?at ?[)\]}] ?[\w-]{1,63}"
    r"(?:(?: ?[(\[{] ?dot ?[)\]}] ?|\.)[\w-]{2,63}){1,4}",
    re.ASCII | re.IGNORECASE,
)


def find(text: str) -> list[Finding]:
    """Personal data in a text, in order, without overlaps."""
    if not _WORTH_A_LOOK.search(text) and not any("０" <= letter <= "＠" for letter in text):
        return []
    plain = text.translate(_WIDE)
    found: list[Finding] = []
    taken = bytearray(len(text))
    for kind, spans in (
        ("key", keys(plain)),
        ("e-mail", _addresses(plain)),
        ("iban", ibans(plain)),
        ("id-number", identity_numbers(plain)),
        ("card", cards(plain)),
        ("ip", ip_addresses(plain)),
        ("phone", phones(plain)),
    ):
        for start, end in spans:
            if not any(taken[start:end]):
                found.append(Finding(kind, start, end))
                taken[start:end] = b"\1" * (end - start)
    return sorted(found, key=lambda finding: finding.start)


def mask(text: str) -> tuple[str, list[Finding]]:
    """The text with every finding replaced by a word from `MASKS`, and the findings (places in the text given)."""
    findings = find(text)
    parts, last = [], 0
    for finding in findings:
        parts += [text[last : finding.start], MASKS[finding.kind]]
        last = finding.end
    return "".join([*parts, text[last:]]), findings


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    for pattern, sign in ((_ADDRESS, "@"), (_SPELLED, "at")):
        if sign in text.lower():
            yield from (match.span() for match in pattern.finditer(text))
