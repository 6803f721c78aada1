"""How client and engine talk: messages of JSON with their length before them, over a socket that only
this user can use (docs/formats.md, "Resident engine").

A Unix socket, mode 0600 in a folder of mode 0700, whose other end the system vouches for; where there
is none (Windows, a folder with a long name), a port of the loopback interface, where each side proves
that it has read the token in the state file, without showing it. Standard library only, and little of it.
"""

import os
import sys
import time
from _socket import AF_INET, SOCK_STREAM, SOL_SOCKET
from _socket import socket as Socket

from resampler.state import VERSION, StateError, check_folder, code_stamp, is_vacant

PROTOCOL = 1
"""Raised when an older engine could not understand a message."""

MAX_MESSAGE_BYTES = 2**20
"""Eight times the longest argument of Linux; nothing longer is read or sent."""

SOCKET_NAME = "engine.sock"
STATE_NAME = "engine.port"
MAX_SOCKET_PATH_BYTES = 100
"""Systems allow 103 to 107."""

LOOPBACK_VARIABLE = "PYCHANG_LOOPBACK"
"""Set: an engine listens on the loopback interface where a Unix socket would do, too."""

LOOPBACK = "127.0.0.1"
GREETING = b"PyChang1"
NONCE_BYTES = 16
PROOF_BYTES = 32
HANDSHAKE_S = 2.0

DONE = b'{"answer": "done"}'
"""The note is there. These answers are always these bytes: a client need not load a JSON parser."""
BUSY = b'{"answer": "busy"}'
"""Too much is waiting already: ask again a little later."""
LEAVING = b'{"answer": "leaving"}'
"""This engine takes nothing any more: ask the next one."""
WAITING = b'{"answer": "waiting"'
"""How a sign of life begins, at least one a second; `state` and `ahead` follow."""


class NoEngine(Exception):
    """Nobody answers who is our engine."""


class Lost(Exception):
    """The other side went away, or sent what is no message."""


def uses_loopback(folder: str) -> bool:
    """Return whether an engine started here listens on a port instead of a Unix socket."""
    if sys.platform == "win32" or os.environ.get(LOOPBACK_VARIABLE):
        return True
    return len(os.fsencode(os.path.join(folder, SOCKET_NAME))) > MAX_SOCKET_PATH_BYTES


def connect(folder: str, timeout_s: float = HANDSHAKE_S) -> Socket:
    """Return a connection to this user's engine, whose environment may have been another than ours.

    Raises NoEngine when none answers, and StateError when the folder is not this user's alone.
    """
    if is_vacant(folder):
        raise NoEngine(folder)
    check_folder(folder)
    likely, other = _connect_unix, _connect_port
    if uses_loopback(folder):
        likely, other = other, likely
    try:
        return likely(folder, timeout_s)
    except NoEngine:
        return other(folder, timeout_s)


def _connect_unix(folder: str, timeout_s: float) -> Socket:
    if sys.platform == "win32":
        raise NoEngine(folder)
    from _socket import AF_UNIX

    connection = Socket(AF_UNIX, SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        _until_accepted(connection, os.path.join(folder, SOCKET_NAME), timeout_s)
        if not peer_is_this_user(connection):
            raise StateError(f"the engine in {folder} belongs to another user")
    except OSError as error:
        connection.close()
        raise NoEngine(folder) from error
    except StateError:
        connection.close()
        raise
    return connection


def _until_accepted(connection: Socket, path: str, timeout_s: float) -> None:
    """Connect; Linux refuses at once while more clients are waiting than the engine has places."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            return connection.connect(path)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)


def _connect_port(folder: str, timeout_s: float) -> Socket:
    port, token, _ = read_state(folder)
    connection = Socket(AF_INET, SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        connection.connect((LOOPBACK, port))
        prove_to_engine(connection, token)
    except (OSError, Lost) as error:
        connection.close()
        raise NoEngine(folder) from error
    return connection


def read_state(folder: str) -> tuple[int, bytes, int]:
    """Return (port, token, process id) of the state file; raises NoEngine if there is no sound one."""
    try:
        handle = os.open(os.path.join(folder, STATE_NAME), os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        try:
            words = os.read(handle, 200).split()
        finally:
            os.close(handle)
        layout, port, token, process_id = words
        if layout != b"1" or len(token) != 64:
            raise ValueError(words)
        return int(port) & 0xFFFF, bytes.fromhex(token.decode("ascii")), int(process_id)
    except (OSError, ValueError) as error:
        raise NoEngine(folder) from error


def prove_to_engine(connection: Socket, token: bytes) -> None:
    """Show that we know the token once the other side has shown it, neither of us saying it.

    Raises Lost if the other side does not: a foreign program has the port.
    """
    deadline = time.monotonic() + HANDSHAKE_S
    ours = os.urandom(NONCE_BYTES)
    send_bytes(connection, GREETING + ours)
    answer = receive_bytes(connection, NONCE_BYTES + PROOF_BYTES, deadline)
    theirs, shown = answer[:NONCE_BYTES], answer[NONCE_BYTES:]
    if not _same(shown, proof(token, b"engine", ours, theirs)):
        raise Lost("the engine's port is used by another program")
    send_bytes(connection, proof(token, b"client", ours, theirs))


def admit_client(connection: Socket, token: bytes) -> None:
    """The engine's side of `prove_to_engine`. Raises Lost for whoever does not know the token."""
    deadline = time.monotonic() + HANDSHAKE_S
    greeting = receive_bytes(connection, len(GREETING) + NONCE_BYTES, deadline)
    if not greeting.startswith(GREETING):
        raise Lost("no client of ours")
    theirs, ours = greeting[len(GREETING) :], os.urandom(NONCE_BYTES)
    send_bytes(connection, ours + proof(token, b"engine", theirs, ours))
    shown = receive_bytes(connection, PROOF_BYTES, deadline)
    if not _same(shown, proof(token, b"client", theirs, ours)):
        raise Lost("wrong token")


def proof(token: bytes, side: bytes, client_nonce: bytes, engine_nonce: bytes) -> bytes:
    """Return what only a holder of the token can say to these two nonces. 32 bytes."""
    from hashlib import blake2b

    return blake2b(side + client_nonce + engine_nonce, digest_size=PROOF_BYTES, key=token).digest()


def _same(one: bytes, other: bytes) -> bool:
    from _operator import _compare_digest  # takes the same time wherever the two differ

    return _compare_digest(one, other)


def peer_is_this_user(connection: Socket) -> bool:
    """Return whether the system says that the other end of a Unix socket is this user's process.

    Where it cannot be asked, the modes of folder and socket have already answered.
    """
    if sys.platform == "linux":
        user_id = peer_credentials(connection)[1]
    elif sys.platform == "darwin":
        answer = connection.getsockopt(0, 1, 76)  # SOL_LOCAL, LOCAL_PEERCRED: struct xucred
        user_id = int.from_bytes(answer[4:8], sys.byteorder)
    else:
        return True
    return user_id == os.geteuid()


def peer_credentials(connection: Socket) -> tuple[int, int]:
    """Return (process id, user id) of a Unix socket's other end. Linux only; raises OSError."""
    answer = connection.getsockopt(SOL_SOCKET, 17, 12)  # SO_PEERCRED: struct ucred
    return int.from_bytes(answer[:4], sys.byteorder), int.from_bytes(answer[4:8], sys.byteorder)


def render_message(argv: list[str], engine: str = "") -> bytes:
    """Return the message that asks for a note: the absolute argument list, what is to sing it ("": the
    default), our version and umask."""
    arguments = ", ".join(map(json_text, argv))
    return (
        f'{{"do": "render", "protocol": {PROTOCOL}, "version": {json_text(VERSION)},'
        f' "stamp": {code_stamp()}, "umask": {_umask()}, "engine": {json_text(engine)},'
        f' "argv": [{arguments}]}}'
    ).encode("ascii")


def json_text(text: str) -> str:
    """Return a text as JSON writes it, without loading json: its regular expressions cost 5 ms."""
    from _json import encode_basestring_ascii

    return encode_basestring_ascii(text)


def _umask() -> int:
    """Return this process's umask: the engine writes the note as this process would have."""
    mask = os.umask(0o077)  # it can only be read by setting it
    os.umask(mask)
    return mask


def send_message(connection: Socket, message: bytes) -> None:
    """Send one message. Raises Lost if the other side is gone, ValueError if it is too long."""
    if not 0 < len(message) <= MAX_MESSAGE_BYTES:
        raise ValueError(f"a message of {len(message)} bytes")
    send_bytes(connection, len(message).to_bytes(4, "big") + message)


def receive_message(connection: Socket, deadline: float) -> bytes:
    """Return the next message, whole before `deadline` (time.monotonic).

    Raises Lost for an end or a wrong length, TimeoutError when the time is up, however busily the
    other side dribbles.
    """
    length = int.from_bytes(receive_bytes(connection, 4, deadline), "big")
    if not 0 < length <= MAX_MESSAGE_BYTES:
        raise Lost(f"{length} is no length of a message")
    return receive_bytes(connection, length, deadline)


def send_bytes(connection: Socket, data: bytes) -> None:
    """Send all of the bytes. Raises Lost if the other side is gone or does not read."""
    try:
        connection.sendall(data)
    except OSError as error:
        raise Lost(str(error)) from error


def receive_bytes(connection: Socket, count: int, deadline: float) -> bytes:
    """Return exactly `count` bytes; raises Lost and TimeoutError as `receive_message`."""
    parts: list[bytes] = []
    while count:
        remaining_s = deadline - time.monotonic()
        if remaining_s <= 0:
            raise TimeoutError
        connection.settimeout(remaining_s)
        try:
            part = connection.recv(min(count, 65536))
        except TimeoutError:
            raise
        except OSError as error:
            raise Lost(str(error)) from error
        if not part:
            raise Lost("the other side has closed")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
