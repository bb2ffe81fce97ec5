"""Keys, tokens and passwords: what known services give out, and what stands after *key =*."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

_KNOWN = re.compile(
    r"(?<![A-Za-z0-9_-])(?:"
    r"(?:AKIA|ASIA)[A-Z0-9]{16}"  # AWS access key id
    r"|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}"
    r"|glpat-[A-Za-z0-9_-]{20,64}"
    r"|sk-(?:proj-|ant-|or-)?[A-Za-z0-9_-]{20,255}"  # OpenAI and those who write theirs alike
    r"|(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{16,255}"
    r"|AIza[A-Za-z0-9_-]{35}"
    r"|xox[abprs]-[A-Za-z0-9-]{10,255}"
    r"|hf_[A-Za-z0-9]{30,64}"
    r"|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{40,255}"
    r"|eyJ[A-Za-z0-9_-]{8,4096}\.eyJ[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{8,4096}"  # JSON Web Token, RFC 7519
    r")(?![A-Za-z0-9_-])"
)
_BLOCK_START = re.compile(r"-----BEGIN ([A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?)-----")
_NAMED = re.compile(
    r"(?i)(?:key|token|secret|passw(?:or)?d|passphrase|pwd|credential|bearer|密码|密钥|口令|令牌)"
    r"(?:['\"”]|_id|[ _-]?value)?(?:\s{0,3}(?:=|:|：|=>|is|为|是)\s{0,3}|(?<=earer) )"
    r"['\"“‘`]?([^\s'\"“”‘’`,;，。；、<>]{8,512})"
)
_BITS = 2.75
"""Entropy of single letters, bits, from which a value with letters and digits after *key =* counts as a secret; words
with a number at the end stay below, hexadecimal digits come near 4. Short values cannot reach it and need less."""


def keys(text: str) -> Iterator[tuple[int, int]]:
    """Keys, tokens and passwords."""
    for match in _BLOCK_START.finditer(text):
        end = text.find(f"-----END {match.group(1)}-----", match.end())
        yield match.start(), len(text) if end < 0 else end + len(match.group(1)) + 14
    yield from (match.span() for match in _KNOWN.finditer(text))
    for match in _NAMED.finditer(text):
        value = match.group(1).rstrip(".)!?]}")
        if _is_random(value):
            yield match.start(1), match.start(1) + len(value)


def _is_random(value: str) -> bool:
    if len(value) < 8 or not value.isascii() or "://" in value:
        return False
    mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return mixed and entropy(value) >= min(_BITS, 0.8 * math.log2(len(value)))


def entropy(value: str) -> float:
    """Shannon entropy of the letters of a text, bits per letter."""
    total = len(value)
    return -sum(count / total * math.log2(count / total) for count in Counter(value).values())
