"""Opens a page again and again: with wrk where it is installed, else with a loop of our own."""

import asyncio
import re
import shutil
import subprocess
import time

from bench.server import get

CONNECTIONS = 32
LOOKS = 200  # one after the other, for the slowest of them


def with_what() -> str:
    if shutil.which("wrk"):
        return f"loaded by wrk, {CONNECTIONS} connections, on the same cores"
    return f"wrk is not installed: loaded by Python, {CONNECTIONS} connections, which takes much from the servers"


def pages_per_second(port: int, path: str, seconds: float, **headers: str) -> float:
    """Load for so long after a warm-up; a page that fails is an error, not a fast page."""
    load = _by_wrk if shutil.which("wrk") else _by_ourselves
    load(port, path, 1, headers)
    return load(port, path, seconds, headers)


def p95(port: int, path: str, times: int, cookie: str) -> float:
    """The time in seconds that 95 of 100 looks at a page take at most, one look after the other."""
    took = []
    for _look in range(times):
        began = time.monotonic()
        status, _page = get(port, path, Cookie=cookie)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        took.append(time.monotonic() - began)
    return sorted(took)[int(times * 0.95)]


def slowest(ours: tuple[int, str], bare: tuple[int, str], cookie: str) -> str:
    """What to say of the slowest of some looks at two pages, each a port and a path, one look after the other."""
    slow, bare_slow = p95(*ours, LOOKS, cookie), p95(*bare, LOOKS, "")
    met = "met" if slow <= 2 * bare_slow else "MISSED"
    return f"one by one, p95 {slow * 1000:.1f} ms, the bare page {bare_slow * 1000:.1f} ms (target ≤ 2 times: {met})"


def _by_wrk(port: int, path: str, seconds: float, headers: dict[str, str]) -> float:
    said = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", *said, f"http://127.0.0.1:{port}{path}"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise RuntimeError(out)
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert found
    return float(found[1])


def _by_ourselves(port: int, path: str, seconds: float, headers: dict[str, str]) -> float:
    return asyncio.run(_loop(port, path, seconds, headers))


async def _loop(port: int, path: str, seconds: float, headers: dict[str, str]) -> float:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode()
    end = time.monotonic() + seconds
    counts = await asyncio.gather(*(_one(port, request, end) for _ in range(CONNECTIONS)))
    return sum(counts) / seconds


async def _one(port: int, request: bytes, end: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while time.monotonic() < end:
        writer.write(request)
        await _answer(reader)
        count += 1
    writer.close()
    return count


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode())
    length = re.search(rb"(?i)content-length: (\d+)", head)
    if length:
        await reader.readexactly(int(length[1]))
        return
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()
