"""MLLP framing without a socket: bytes in, messages out, however they arrive.

A message stands between VT (0x0B) and FS (0x1C). The CR after FS is swallowed where it comes, and not waited for. Bytes
outside a frame are dropped; a second VT inside a frame means that the first one was broken off.
"""

from dataclasses import dataclass, field

START, END = 0x0B, 0x1C
HEAD = 4096  # of a frame that is too large: enough for its heading, so that the answer can name it


@dataclass(frozen=True, slots=True)
class Frame:
    """One message as it arrived; `whole` is false where it was larger than allowed and only its head was kept."""

    data: bytes
    whole: bool = True


@dataclass(slots=True)
class Frames:
    """Takes the bytes of one connection; `limit` is the largest message in bytes.

    >>> frames = Frames(100)
    >>> frames.feed(b"noise\\x0bMSH|a"), frames.feed(b"\\x1c\\r\\x0bMSH|b\\x1c\\r")
    ([], [Frame(data=b'MSH|a', whole=True), Frame(data=b'MSH|b', whole=True)])
    """

    limit: int
    inside: bool = False
    dropped: int = 0
    broken: int = 0
    _kept: bytearray = field(default_factory=bytearray)
    _large: bool = False

    def feed(self, data: bytes) -> list[Frame]:
        """Return the messages these bytes complete; `dropped` and `broken` count what was thrown away."""
        found: list[Frame] = []
        at = 0
        while at < len(data):
            if not self.inside:
                start = data.find(START, at)
                outside = data[at:] if start < 0 else data[at:start]
                self.dropped += len(outside.strip(b"\r\n"))
                if start < 0:
                    break
                at, self.inside = start + 1, True
                continue
            end, again = data.find(END, at), data.find(START, at)
            if again >= 0 and (end < 0 or again < end):
                self._clear()
                self.broken += 1
                at = again + 1
                continue
            self._keep(data[at:] if end < 0 else data[at:end])
            if end < 0:
                break
            found.append(Frame(bytes(self._kept), not self._large))
            self._clear()
            at, self.inside = end + 1, False
        return found

    def _keep(self, data: bytes) -> None:
        if not self._large and len(self._kept) + len(data) > self.limit:
            self._large = True
            self._kept += data[:HEAD]
            del self._kept[HEAD:]
        elif not self._large:
            self._kept += data

    def _clear(self) -> None:
        self._kept.clear()
        self._large = False


def framed(data: bytes) -> bytes:
    """Return a message in its frame."""
    return b"\x0b" + data + b"\x1c\r"
