"""One peer in one way of reading: asks it questions and prints the rows, or if TIMES is not 0 the seconds.

    python peer.py duckdb explicit SigninLogs.json NEEDLE THREADS TIMES QUESTION...

Not for use by hand: run.py starts it. What it takes to import a peer, and to fill a table, is not in the seconds.
"""
import importlib
import json
import pathlib
import sys
import time


def timed(answer, name):
    start = time.perf_counter()
    rows = answer(name)
    return rows, time.perf_counter() - start


def main(peer, mode, data, needle, threads, times, *names):
    module = importlib.import_module(f"peers.with_{peer}")
    answer = module.ask(mode, pathlib.Path(data), needle, int(threads))
    for name in names:
        try:
            rows, _ = timed(answer, name)
            seconds = [timed(answer, name)[1] for _ in range(int(times))]
        except Exception as error:  # whatever a peer raises says that it cannot
            print(json.dumps({"name": name, "error": f"{type(error).__name__}: {error}"[:400]}), flush=True)
            continue
        shown = {"seconds": seconds} if seconds else {"rows": rows}
        print(json.dumps({"name": name, **shown}, default=str), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
