"""Streams of random numbers: their seeds, which must never change."""

import pytest

from hvae.data.seeded import Stream


def test_no_two_streams_are_one() -> None:
    assert len({stream.value for stream in Stream}) == len(Stream.__members__)


@pytest.mark.parametrize(
    ("stream", "key", "entropy"),
    [
        (Stream.ITEMS, (7,), [7, 2]),
        (Stream.TRAINING, (7, 30), [2, 7, 30]),
        (Stream.GALLERY, (7, 2, 1), [5, 7, 2, 1]),
        (Stream.DENOISING, (7, 2), [20, 7, 2, 1]),
        (Stream.INPAINTING, (7, 2, 4), [20, 7, 2, 2, 4]),
    ],
)
def test_a_stream_is_seeded_with_its_own_numbers_and_the_key(
    stream: Stream, key: tuple[int, ...], entropy: list[int]
) -> None:
    assert stream.entropy(*key) == entropy
