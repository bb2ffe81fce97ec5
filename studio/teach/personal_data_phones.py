"""Telephone numbers, international and Chinese; numbers that could be anything count only after a word like *call*."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = r"(?![\w-])(?![.,:/]\d)"
_START = r"(?<![\w+-])(?<!\d[.,:/])"

_CERTAIN = tuple(
    re.compile(_START + pattern + _END, re.ASCII)
    for pattern in (
        # +44 20 7946 0958, +1 (555) 010-9999, 0086 138 0013 8000
        r"(?:\+|00)[1-9](?:[ .-]?\(?\d\)?){6,14}",
        # Chinese mobile: 13800138000, 138-0013-8000
        r"1[3-9]\d(?:([ -]?)\d{4})\1\d{4}",
        # Chinese landline: 010-62345678, (0755) 8234 5678; service lines: 400-820-8820
        r"(?:0(?:10|2\d|[3-9]\d{2})-|\(0(?:10|2\d|[3-9]\d{2})\) ?)[2-8]\d{2,3}[ -]?\d{4}(?:-\d{1,5})?",
        r"[48]00-\d{3}-?\d{4}|[48]00-\d{4}-\d{3}",
        # North America: (415) 555-0132, 415-555-0132, 415.555.0132
        r"(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}([ .-]))[2-9]\d{2}[.-]\d{4}",
        # France: 01 23 45 67 89; Germany, Britain, Italy …: 030 1234567, 020 7946 0958, 07700 900123
        r"0[1-9](?:([ .-])\d{2})(?:\1\d{2}){3}",
        r"0[1-9]\d{1,3}[ /]\d{3,4} ?\d{3,4}",
    )
)

_WORD = re.compile(
    r"(?i)(?:\b(?:tel(?:ephone|\.)?|phone|call|mobile|cell|fax|whatsapp|text|dial|ring"
    r"|sms|wechat|(?:my|his|her|our|their|your|new) number is|reach \w+ (?:at|on))"
    r"|电话|手机|致电|联系|拨打|号码|传真|微信|热线|座机|來電|電話|手機)"
    r"(?: (?:no|number|me|us|him|her|at|on|is|my|office|line|phone|号码)\b\.?|号码|号|是|为|我)*[ :：.]{0,3}(?=[+(\d])"
)
_ANY = re.compile(r"[+(]?\d(?:[ .()/-]{0,2}\d){5,14}(?![\w])", re.ASCII)


def phones(text: str) -> Iterator[tuple[int, int]]:
    """Telephone numbers, the certain ones first."""
    for pattern in _CERTAIN:
        for match in pattern.finditer(text):
            if 7 <= sum(map(str.isdigit, match.group())) <= 17:
                yield match.span()
    for word in _WORD.finditer(text):
        number = _ANY.match(text, word.end())
        if number is not None and not _is_date(number.group()):
            yield number.span()


def _is_date(written: str) -> bool:
    return (
        re.fullmatch(r"(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d", written)
        is not None
    )
