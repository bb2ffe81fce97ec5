"""Numbers with check digits or a fixed form: payment cards, IBANs, Chinese identity numbers, IP addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

Span = tuple[int, int]

_CARD = re.compile(
    r"(?<![\w.,+-])(?:\d{13,19}"
    r"|\d{4}(?:([ -])\d{4})(?:\1\d{4}){1,2}(?:\1\d{1,4})?"
    r"|\d{4}([ -])\d{6}\2\d{4,5})(?![\w-])(?![.,]\d)",
    re.ASCII,
)
_ISBN = re.compile(r"(?i)(?:isbn|issn|ean|doi|order|ticket|tracking|订单|单号|书号|编号)[^\d\n]{0,12}$")


def cards(text: str) -> Iterator[Span]:
    """Payment card numbers: an issuer's prefix and a right check digit (Luhn; ISO/IEC 7812-1)."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        named = _ISBN.search(text, max(0, match.start() - 24), match.start())
        if not named and len(set(digits)) > 1 and _is_issued(digits) and luhn(digits):
            yield match.span()


def _is_issued(digits: str) -> bool:
    """Whether an issuer's numbers begin and are as long as this (Visa, Mastercard, Amex, UnionPay, JCB, Diners …)."""
    length = len(digits)
    if digits[0] == "4":
        return length in (13, 16, 19)
    if digits[:2] in ("34", "37"):
        return length == 15
    if digits[:2] in ("36", "38", "39") or 300 <= int(digits[:3]) <= 305:
        return length == 14
    if digits[0] == "6":
        return 16 <= length <= 19 and digits[:2] in ("60", "62", "63", "64", "65", "67")
    return length == 16 and (
        digits[:2] in ("35", "50", "51", "52", "53", "54", "55") or 2221 <= int(digits[:4]) <= 2720
    )


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])", re.ASCII | re.IGNORECASE
)


def ibans(text: str) -> Iterator[Span]:
    """International bank account numbers: remainder 1 modulo 97 (ISO 13616, ISO 7064)."""
    for match in _IBAN.finditer(text):
        # A short word after the number looks like its last group: try without it.
        words = match.group().split(" ")
        for count in range(len(words), 0, -1):
            number = "".join(words[:count]).upper()
            if 15 <= len(number) <= 34 and _mod97(number):
                yield match.start(), match.start() + len(" ".join(words[:count]))
                break


def _mod97(number: str) -> bool:
    turned = number[4:] + number[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


_IDENTITY = re.compile(r"(?<![\w.])[1-9]\d{5}(?:18|19|20)\d{9}[\dXx](?![A-Za-z0-9_])(?!\.\d)", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_numbers(text: str) -> Iterator[Span]:
    """Numbers of Chinese identity cards: a date of birth and a right check digit (GB 11643-1999)."""
    for match in _IDENTITY.finditer(text):
        number = match.group()
        try:
            date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        except ValueError:
            continue
        total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
        if "10X98765432"[total % 11] == number[17].upper():
            yield match.span()


_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w])(?!\.\d)", re.ASCII)
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{6,39}(?:(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])", re.ASCII)
_VERSION = re.compile(
    r"(?i)(?:\bv|version|release|build|firmware|driver|update"
    r"|版本|固件|第|section|chapter|clause|§|章|节|图|fig(?:ure)?\.?|table)[号：: ]{0,3}$"
)


def ip_addresses(text: str) -> Iterator[Span]:
    """IP addresses, version 4 and 6, but neither version numbers nor this very machine."""
    import ipaddress

    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(text):
            start = match.start()
            written = match.group().rstrip(":") if not match.group().endswith("::") else match.group()
            if pattern is _IPV4 and _VERSION.search(text, max(0, start - 16), start):
                continue
            if pattern is _IPV6 and (written.count(":") < 2 or not re.search(r"[0-9]", written)):
                continue
            try:
                address = ipaddress.ip_address(written)
            except ValueError:
                continue
            if not (address.is_loopback or address.is_unspecified):
                yield start, start + len(written)
