"""Short signed names that fit into a mail address, where letters may arrive in lower case."""

import base64
import hmac

MAC_CHARS = 12  # 60 bits: guessing one costs more letters than any list accepts


def sign(key: bytes, purpose: str, *numbers: int) -> str:
    """Return the numbers with their signature, as `2s-1z4-k3v…`: base 36 and base 32, lower case."""
    return "-".join([*(_base36(number) for number in numbers), _mac(key, purpose, numbers)])


def unsign(key: bytes, purpose: str, text: str) -> tuple[int, ...] | None:
    """Return the numbers of a text that `sign` made with this key and purpose; None for any other."""
    *parts, mac = text.lower().split("-")
    try:
        numbers = tuple(int(part, 36) for part in parts)
    except ValueError:
        return None
    if not hmac.compare_digest(mac.encode(), _mac(key, purpose, numbers).encode()):
        return None
    return numbers


def _mac(key: bytes, purpose: str, numbers: tuple[int, ...]) -> str:
    said = f"{purpose}:{','.join(map(str, numbers))}".encode()
    return base64.b32encode(hmac.digest(key, said, "sha256"))[:MAC_CHARS].decode().lower()


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
        if not number:
            return digits
