"""Messages between the engine and its workers: JSON with its length before it, through a pipe."""

import json
from typing import IO, Any

from resampler.ipc import MAX_MESSAGE_BYTES


def write_message(stream: IO[bytes], message: dict[str, Any]) -> None:
    """Write one message with its length before it. Raises OSError if nobody reads."""
    data = json.dumps(message).encode("ascii")
    stream.write(len(data).to_bytes(4, "big") + data)
    stream.flush()


def read_message(stream: IO[bytes]) -> dict[str, Any] | None:
    """Return the next message, None at the end. Raises ValueError for what is none."""
    length = int.from_bytes(stream.read(4), "big")
    if length > 8 * MAX_MESSAGE_BYTES:
        raise ValueError(f"{length} is no length of a message")
    data = stream.read(length) if length else b""
    if not data or len(data) < length:
        return None
    message = json.loads(data)
    if not isinstance(message, dict):
        raise ValueError("a message is an object")
    return message
