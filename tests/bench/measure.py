"""Runs a program to its end: what it printed, how long it took, how much memory it held."""
import contextlib
import fcntl
import os
import subprocess
import tempfile
import threading
import time


class Ended(Exception):
    """The program failed."""


@contextlib.contextmanager
def alone(lock):
    """Waits until nobody else holds the lock file: for machines on which other measurements or builds run."""
    if lock is None:
        yield
        return
    with open(lock, "a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def read_from_disk(path):
    """Has the operating system drop the file's pages and reads them again.

    How fast a file is read from the page cache depends on how it came there. What was read from a disk lies in large
    pieces; what was just written in small portions, as by a generator, lies in single pages and takes longer.
    """
    with open(path, "rb", buffering=0) as file:
        os.fsync(file.fileno())
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while file.read(1 << 22):
            pass


def seconds(command):
    """From its start to its end, its output thrown away."""
    start = time.perf_counter()
    run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    taken = time.perf_counter() - start
    if run.returncode != 0:
        raise Ended(run.stderr.decode(errors="replace"))
    return taken


def timed(action):
    """How many seconds an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def watched(command, environment=None, watch=True):
    """Its output, and if that is watched, the most megabytes it held that are no mapped file's."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=output, stderr=errors, env=environment)
        memory = MemoryWatch(process.pid) if watch else None
        code = process.wait()
        peak = memory.stop() if memory else None
        errors.seek(0)
        if code != 0:
            raise Ended(errors.read().decode(errors="replace"))
        output.seek(0)
        return output.read(), peak


class MemoryWatch:
    """Reads a process's anonymous resident memory again and again. It sees no peak shorter than its pauses."""

    def __init__(self, process, pause=0.0005):
        self.path, self.pause, self.peak = f"/proc/{process}/status", pause, 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while not self.ended.is_set():
            with contextlib.suppress(OSError):
                with open(self.path, encoding="ascii", errors="replace") as status:
                    for line in status:
                        if line.startswith("RssAnon"):
                            self.peak = max(self.peak, int(line.split()[1]))
            time.sleep(self.pause)

    def stop(self):
        self.ended.set()
        self.thread.join()
        return self.peak / 1024


def machine():
    """The processor, how many threads it runs, and which of the wide instructions it has."""
    with open("/proc/cpuinfo", encoding="utf-8") as text:
        fields = dict(line.split("\t", 1) for line in text.read().split("\n\n")[0].splitlines() if "\t" in line)
    flags = fields.get("flags", "").split()
    wide = "AVX-512" if "avx512bw" in flags else "AVX2" if "avx2" in flags else "neither AVX2 nor AVX-512"
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (f"{fields.get('model name', ': unknown processor').lstrip(': ').strip()}, {os.cpu_count()} cores, {wide}, "
            f"{memory:.0f} GiB, Linux {os.uname().release}")
