"""Personal data in texts: what is found, what is not mistaken for it, and what masking leaves."""

from __future__ import annotations

import time

import pytest
from helpers.personal_sentences import labelled
from hypothesis import given
from hypothesis import strategies as st

from studio.teach.personal_data import MASKS, find, mask


def found(text: str) -> list[tuple[str, str]]:
    return [(finding.kind, text[finding.start : finding.end]) for finding in find(text)]


@pytest.mark.parametrize("seed", [1, 20])
def test_of_a_thousand_labelled_sentences_nearly_all_is_found_and_nearly_nothing_else(seed: int) -> None:
    hits = wrong = missed = 0
    for sentence in labelled(seed, 1000):
        got = {(finding.kind, finding.start, finding.end) for finding in find(sentence.text)}
        wanted = set(sentence.labels)
        hits, wrong, missed = hits + len(got & wanted), wrong + len(got - wanted), missed + len(wanted - got)
    assert hits / (hits + missed) >= 0.98
    assert hits / (hits + wrong) >= 0.95


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ring me on 0161 496 0000 or 07700 900982", [("phone", "0161 496 0000"), ("phone", "07700 900982")]),
        ("My card’s 4111 1111 1111 1111.", [("card", "4111 1111 1111 1111")]),
        ("AmEx 378282246310005", [("card", "378282246310005")]),
        ("GB82 WEST 1234 5698 7654 32 is the one", [("iban", "GB82 WEST 1234 5698 7654 32")]),
        ("see 2001:0db8:85a3::8a2e:0370:7334, please", [("ip", "2001:0db8:85a3::8a2e:0370:7334")]),
        (
            "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE1",
            [("key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE1")],
        ),
        ("身份证号码是11010519491231002X。", [("id-number", "11010519491231002X")]),
        ("邮箱：ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ", [("e-mail", "ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ")]),
        ("手机：１３８００１３８０００", [("phone", "１３８００１３８０００")]),
        ("first.last@sub.domain.example, and again", [("e-mail", "first.last@sub.domain.example")]),
    ],
)
def test_well_known_examples_are_found(text: str, wanted: list[tuple[str, str]]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It was 12:30:45 on 2024-01-15.",
        "GB82 WEST 1234 5698 7654 33 has a wrong check digit",
        "4111 1111 1111 1112 has, too",
        "11010519491331002X has a thirteenth month",
        "127.0.0.1 is this very machine, and ::1 as well",
        "Firmware 10.0.19.1 and version 8.8.8.8",
        "999.1.2.3 is no address",
        "the token = true",
        "ISBN 978-3-16-148410-0",
        "1 + 2 = 3, and 1,234,567.89 is a lot",
        "飞流直下三千尺，疑是银河落九天。",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_masking_tells_kinds_and_places_and_keeps_the_rest() -> None:
    text = "From anna@example.com to 13800138000:\nhello"
    masked, findings = mask(text)
    assert masked == "From [e-mail] to [phone number]:\nhello"
    assert [finding.kind for finding in findings] == ["e-mail", "phone"]


@given(st.text(alphabet=st.sampled_from("01239@.:-+ ()abAZ密码=key/，。[]"), max_size=300))
def test_findings_lie_in_the_text_in_order_and_masked_text_has_none_of_their_values(text: str) -> None:
    findings = find(text)
    last = 0
    for finding in findings:
        assert last <= finding.start < finding.end <= len(text)
        assert finding.kind in MASKS
        last = finding.end
    assert all(word in mask(text)[0] for word in {MASKS[finding.kind] for finding in findings})


@pytest.mark.parametrize(
    "unit",
    ["+1", "a.", "1 ", "1-", "a@", "a@a.", "::", "0:", "key=", "GB82 ", "call ", "eyJ", "-----BEGIN ", "[at] ", "1"],
)
def test_hostile_texts_take_time_in_proportion_to_their_length(unit: str) -> None:
    def seconds(count: int) -> float:
        text = (unit * count)[:count]
        return min(_timed(text) for _ in range(3))

    seconds(2000)
    assert seconds(64_000) < 40 * seconds(8000) + 0.05  # a quadratic search would need 64 times as long


def _timed(text: str) -> float:
    start = time.perf_counter()
    find(text)
    return time.perf_counter() - start
