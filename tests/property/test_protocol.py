"""Frames: whatever is sent arrives; whatever else arrives is refused by one kind of error."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.engine.protocol import SHARED_FROM, Frame, ProtocolError, SharedBlock, encode, read, share, unshare

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
bodies = st.dictionaries(st.text().filter(lambda name: name not in ("type", "blobs", "slots")), json_values, max_size=5)
frames = st.builds(Frame, st.text(), bodies, st.lists(st.binary(max_size=200), max_size=4).map(tuple))


@given(st.lists(frames, max_size=5))
def test_frames_arrive_as_they_were_sent(sent: list[Frame]) -> None:
    stream = io.BytesIO(b"".join(map(encode, sent)))
    received = [read(stream) for _ in sent]
    assert received == sent
    assert read(stream) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_a_frame_or_a_protocol_error(data: bytes) -> None:
    stream = io.BytesIO(data)
    try:
        while read(stream) is not None:
            pass
    except ProtocolError:
        return


@given(frames, st.data())
def test_a_cut_frame_is_an_error(frame: Frame, data: st.DataObject) -> None:
    whole = encode(frame)
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(ProtocolError):
        read(io.BytesIO(whole[:cut]))


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b'{"type": 3}',
        b'{"type": "x", "blobs": [-1]}',
        b'{"type": "x", "blobs": [99999999999]}',
        b"\xff",
        b"[" * 50_000,
    ],
)
def test_a_hostile_header_is_refused(header: bytes) -> None:
    with pytest.raises(ProtocolError):
        read(io.BytesIO(len(header).to_bytes(4, "big") + header))


def test_a_lying_length_is_refused_before_memory_is_taken() -> None:
    with pytest.raises(ProtocolError, match="too large"):
        read(io.BytesIO(b"\xff\xff\xff\xff"))


def test_large_blobs_go_through_shared_memory_and_come_back_whole() -> None:
    host = SharedBlock.create(slots=2, slot_bytes=SHARED_FROM * 2)
    worker = SharedBlock(host.path, slots=2, slot_bytes=SHARED_FROM * 2)
    host.unlink()
    assert not host.path.exists()
    blobs = tuple(bytes([number]) * size for number, size in enumerate((10, SHARED_FROM, SHARED_FROM * 2, SHARED_FROM)))
    sent = share(Frame("preview", {"width": 1}, blobs), worker)
    assert len(sent.blobs) == 2  # the small one, and the one for which no slot was free
    received, used = unshare(sent, host)
    assert received == Frame("preview", {"width": 1}, blobs)
    for slot in used:
        worker.release(slot)
        worker.release(slot)  # twice does no harm
    assert share(Frame("again", {}, blobs[1:3]), worker).blobs == ()
    host.close()
    worker.close()


@pytest.mark.parametrize("slots", [[[0, 10**9]], [[9, 10]], [[-1, 10]], [None], ["x"], 3, [[0]]])
def test_slots_that_lie_are_refused(slots: object) -> None:
    block = SharedBlock.create(slots=1, slot_bytes=SHARED_FROM)
    with pytest.raises(ProtocolError):
        unshare(Frame("preview", {"slots": slots}), block)
    block.close()
