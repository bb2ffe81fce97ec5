"""A text that grows token by token: characters, stop texts and endings."""

import pytest

from studio_text.writing import RUN_ON_TOKENS, Writing, byte_table, ends_sentence, opening_words, tidy

END = 0


def writing(words: int = 5, stop: str = "", pieces: tuple[bytes, ...] = ()) -> Writing:
    return Writing([b"", *pieces], END, words=words, stop=stop)


def take_all(page: Writing, tokens: list[int]) -> list[str]:
    return [page.take(token) for token in tokens]


def test_a_character_split_over_tokens_is_shown_once_it_is_whole() -> None:
    fox = "🦊".encode()
    page = writing(pieces=(fox[:1], fox[1:3], fox[3:]))
    assert take_all(page, [1, 2, 3]) == ["", "", "🦊"]


def test_bytes_that_are_no_text_do_not_stop_the_rest() -> None:
    page = writing(pieces=(b"\xff", b"a"))
    assert take_all(page, [1, 2]) == ["\ufffd", "a"]


def test_a_stop_text_is_never_shown_not_even_in_part() -> None:
    page = writing(stop="THE END", pieces=(b"so. TH", b"E EN", b"D and more"))
    assert take_all(page, [1, 2, 3]) == ["so. ", "", ""]
    assert (page.ending, page.text) == ("stop", "so. ")


def test_what_only_looked_like_the_stop_text_is_shown_after_all() -> None:
    page = writing(stop="THE END", pieces=(b"so. TH", b"E EN", b"GINE"))
    assert "".join(take_all(page, [1, 2, 3])) == "so. THE ENGINE"
    assert page.ending == ""


def test_a_long_enough_text_goes_on_to_the_end_of_its_sentence() -> None:
    page = writing(words=2, pieces=(b"one two three", b" four", b".", b" five"))
    for token in (1, 2):
        page.take(token)
    assert page.ending == ""
    page.take(3)
    assert (page.ending, page.text) == ("length", "one two three four.")


def test_what_comes_after_the_end_is_ignored() -> None:
    page = writing(words=2, pieces=(b"one two.", b" three"))
    page.take(1)
    assert page.ending == "length"
    assert page.take(2) == ""
    assert (page.text, page.tokens) == ("one two.", 1)


def test_a_quotation_that_never_closes_does_not_run_on_to_the_limit() -> None:
    page = writing(words=2, pieces=(b'"one two three', b" and", b"."))
    page.take(1)
    for _ in range(RUN_ON_TOKENS // 2):
        page.take(2)
    assert page.ending == ""
    page.take(3)
    assert page.ending == "length"
    assert page.text.endswith(".")


def test_a_sentence_without_end_is_cut_in_the_end() -> None:
    page = writing(words=1, pieces=(b" and",))
    taken = 0
    while not page.ending:
        page.take(1)
        taken += 1
    assert page.ending == "length"
    assert taken <= RUN_ON_TOKENS + 2


def test_a_text_without_words_ends_too() -> None:
    page = writing(words=10, pieces=(b"\n",))
    for _ in range(1000):
        if page.ending:
            break
        page.take(1)
    assert page.ending == "length"


def test_the_model_may_end_a_text_itself_but_not_before_half_of_it_is_there() -> None:
    page = writing(words=4, pieces=(b"once",))
    assert not page.may_finish
    page.take(1)
    page.take(1)
    assert not page.may_finish
    page = writing(words=2, pieces=(b"once",))
    page.take(1)
    assert page.may_finish
    page.take(END)
    assert (page.ending, page.text, page.tokens) == ("finished", "once", 1)


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("He went home.", True),
        ('"Come," said the fox.', True),
        ('"Come in!"', True),
        ('She said: "Come.', False),
        ("Then came Mr.", False),
        ("He went", False),
        ("", False),
    ],
)
def test_a_sentence_is_over_when_its_point_is_there_and_no_quotation_is_open(text: str, over: bool) -> None:
    assert ends_sentence(text) is over


def test_the_byte_table_is_the_tokenizers_alphabet() -> None:
    from tokenizers import pre_tokenizers

    text = "héllo 🦊\n\tß"
    spelled = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(text)
    assert b"".join(byte_table([piece for piece, _ in spelled])).decode() == text
    assert len(set(byte_table(pre_tokenizers.ByteLevel.alphabet()))) == 256


def test_tidy_text_has_plain_line_breaks_no_control_characters_and_is_valid() -> None:
    assert tidy("a\r\nb\rc\0\x07\td\ud800") == "a\nb\nc\td?"


def test_a_title_is_the_first_words_without_loose_punctuation() -> None:
    assert opening_words('\n\n"Once upon a time, there was a king"') == "Once upon a time, there was"
    assert opening_words("") == ""
