"""Memory: how much there is, and keeping large buffers instead of giving them back at every step."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
from pathlib import Path

# malloc.h of glibc
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
LARGEST = 2**31 - 1

CGROUP = Path("/sys/fs/cgroup")


def keep_large_buffers() -> bool:
    """Tells glibc to reuse freed buffers of any size; True if it did. Elsewhere nothing happens.

    By default every buffer over 32 MB (the logits, each step) is mapped anew and its pages are cleared again:
    that cost 1.2 to 1.6 times the whole step where logits are large.
    """
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, LARGEST)) and bool(mallopt(M_TRIM_THRESHOLD, LARGEST))


def total_memory() -> int:
    """Bytes of memory that this process may use: of the machine, or of its container if that has less."""
    try:
        installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 0
    limits = [installed]
    for name in ("memory.max", "memory/memory.limit_in_bytes"):  # cgroup v2, v1
        content = read_limit(CGROUP / name)
        if content and content[0].isdigit():
            limits.append(int(content[0]))
    return min(limits)


def read_limit(path: Path) -> list[str]:
    """The words of a control file, none where there is no such file."""
    try:
        return path.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return []


def peak_resident() -> int:
    """Bytes of memory that this process held at its highest since `forget_peak`; 0 where it cannot be told."""
    return _status("VmHWM:")


def forget_peak() -> bool:
    """Gives freed memory back and lets `peak_resident` start from what is held now; True where that works."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return False
    return True


def _status(name: str) -> int:
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)
