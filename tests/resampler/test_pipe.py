import io
import json

import pytest

from resampler.pipe import read_message, write_message


def test_messages_are_read_as_written() -> None:
    stream = io.BytesIO()
    write_message(stream, {"text": "あ\udc80", "number": 1.5})
    stream.seek(0)
    assert read_message(stream) == {"text": "あ\udc80", "number": 1.5}
    assert read_message(stream) is None


def framed(data: bytes) -> io.BytesIO:
    return io.BytesIO(len(data).to_bytes(4, "big") + data)


def test_an_end_in_the_middle_is_the_end() -> None:
    assert read_message(io.BytesIO(b"")) is None
    assert read_message(io.BytesIO(b"\0\0")) is None
    assert read_message(io.BytesIO(b"\0\0\0\5{}")) is None


@pytest.mark.parametrize("stream", [framed(b"[1]"), framed(b"{"), io.BytesIO(b"\xff" * 8)])
def test_what_is_no_message_is_refused(stream: io.BytesIO) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_message(stream)
    assert isinstance(caught.value, json.JSONDecodeError | ValueError)
