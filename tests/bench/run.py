#!/usr/bin/env python3
"""Asks kql and other programs the same seven questions about one file, compares the answers, then the time and memory.

    cargo build --release
    pip install duckdb polars datafusion pyarrow chdb      # those that are to be measured
    python3 tests/bench/run.py SigninLogs.json [--kql target/release/kql] [--repeat 5] [--threads 1,2]

The file is NDJSON of sign-in records, named for its table. It prints one Markdown table for each number of threads.

- Cold: nothing is kept between runs but the page cache of the operating system, into which the file was read from the
  disk. kql is timed as a whole process; the others are timed inside theirs, after they were imported, with one run before
  that is not counted. Of a peer that can both be told the columns and guess them, the faster is shown.
- Session: kql is asked through a pipe in one interactive session, in which each question was asked before, each some
  times in a row. Its peer is DuckDB on a table in its memory that holds the columns of all seven.
- Parquet: the file is what `kql import` makes of the NDJSON.
- Times are medians. Memory is the most anonymous resident memory that was seen in a run of its own, without the pages
  of mapped files.

A difference between answers (questions.py says what counts as one) ends the program before any time is taken.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import measure
import peers as others
from program import Program
from questions import QUESTIONS, Different, normal

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def say(text):
    print(text, file=sys.stderr, flush=True)


def peer(name, mode, data, threads, times, questions, args):
    """What a peer answers, by question: rows, seconds or an error; and its peak memory."""
    command = [sys.executable, str(HERE / "peer.py"), name, mode, str(data), args.needle, str(threads), str(times),
               *questions]
    output, peak = measure.watched(command, os.environ | {"POLARS_MAX_THREADS": str(threads)}, watch=times == 0)
    return {line["name"]: line for line in map(json.loads, output.splitlines())}, peak


class Bench:
    """All that is measured with one number of threads, by (who, how, question)."""

    def __init__(self, args, threads, peers, parquet):
        self.args, self.threads, self.parquet = args, threads, parquet
        self.program = Program(args.kql, args.data, args.needle, threads)
        self.ways = [(name, mode) for name in peers for mode in others.MODES[name] if mode != "parquet" or parquet]
        self.seconds, self.memory = {}, {}

    def data(self, mode):
        return self.parquet if mode == "parquet" else self.args.data

    def compare(self):
        """Asks everybody everything once."""
        for question in self.args.questions:
            say(f"{self.threads} threads, {question}: answers")
            ours, self.memory["kql", "cold", question] = self.program.answer(question)
            self.compare_parquet(question, ours)
            for name, mode in self.ways:
                answers, peak = peer(name, mode, self.data(mode), self.threads, 0, [question], self.args)
                if "error" in answers[question]:
                    say(f"  {name} {mode} cannot: {answers[question]['error'][:160]}")
                    continue
                self.memory[name, mode, question] = peak
                self.expect_same(question, ours, answers[question]["rows"], f"{name} ({mode})")
        self.compare_session()

    def compare_parquet(self, question, ours):
        """An import sorts by time, so that sets and ties may come out in another order."""
        if self.parquet:
            theirs, self.memory["kql", "parquet", question] = self.over_parquet().answer(question)
            self.expect_same(question, ours, theirs, "kql itself over Parquet")

    def expect_same(self, question, ours, theirs, who):
        try:
            QUESTIONS[question].same([normal(row) for row in ours], [normal(row) for row in theirs])
        except Different as difference:
            sys.exit(f"{question}: kql and {who} differ: {difference}")

    def over_parquet(self):
        return Program(self.args.kql, self.parquet, self.args.needle, self.threads)

    def compare_session(self):
        """A session must say the same when it is asked first, again, and when each question has a process."""
        session = self.program.session()
        for _ in range(2):
            for question in self.args.questions:
                alone = subprocess.run(self.program.command(question, "table"), check=True, stdout=subprocess.PIPE)
                if session.ask(self.program.text(question)) != alone.stdout.decode():
                    sys.exit(f"{question}: a session answers differently")
        session.close()

    def time(self):
        measure.read_from_disk(self.args.data)
        for question in self.args.questions:
            say(f"{self.threads} threads, {question}: kql")
            for way, program in [("cold", self.program), ("parquet", self.over_parquet() if self.parquet else None)]:
                if program:
                    with measure.alone(self.args.lock):
                        times = [program.seconds(question) for _ in range(self.args.repeat)]
                    self.seconds["kql", way, question] = times
        self.time_session()
        for name, mode in self.ways:
            able = [question for question in self.args.questions if (name, mode, question) in self.memory]
            say(f"{self.threads} threads: {name} {mode}")
            with measure.alone(self.args.lock):
                answers, _ = peer(name, mode, self.data(mode), self.threads, self.args.repeat, able, self.args)
            self.seconds |= {(name, mode, question): answers[question]["seconds"] for question in able}

    def time_session(self):
        say(f"{self.threads} threads: kql session")
        with measure.alone(self.args.lock):
            session = self.program.session()
            watch = measure.MemoryWatch(session.process.pid, pause=0.05)
            taken = {}
            for question in self.args.questions:
                session.ask(self.program.text(question))
            for question in self.args.questions:
                ask = lambda: session.ask(self.program.text(question))
                taken[question] = [measure.timed(ask) for _ in range(self.args.repeat + 1)]
            self.session_memory = watch.stop()
            session.close()
        self.seconds |= {("kql", "session", question): times[1:] for question, times in taken.items()}

    def median(self, *what):
        return statistics.median(self.seconds[what]) if what in self.seconds else None

    def fastest(self, name, question):
        """Seconds and the way of reading, of the faster way."""
        modes = [mode for mode in others.COLD if (name, mode, question) in self.seconds]
        return min(((self.median(name, mode, question), mode) for mode in modes), default=(None, None))


def cell(seconds, memory=None, mark=""):
    if seconds is None:
        return "–"
    held = "" if memory is None else f" ({memory:.0f})"
    return f"{seconds * 1000:.0f}{mark}{held}"


def ratio(theirs, ours):
    return "–" if None in (theirs, ours) else f"**{theirs / ours:.1f}**"


def table(bench, peers):
    """A Markdown table; milliseconds, and megabytes in brackets."""
    columns = ["question", "kql", "GB/s", *(others.NAMES[name] for name in peers), "times as fast as the best"]
    columns += ["kql session", "DuckDB table", "times as fast"]
    columns += ["kql Parquet", "DuckDB Parquet"] if bench.parquet else []
    lines = [columns, ["---"] + ["--:"] * (len(columns) - 1)]
    size = bench.args.data.stat().st_size
    for question in bench.args.questions:
        ours = bench.median("kql", "cold", question)
        peak = bench.memory["kql", "cold", question]
        line = [QUESTIONS[question].title, cell(ours, peak), f"{size / ours / 1e9:.1f}"]
        found = {name: bench.fastest(name, question) for name in peers}
        line += [cell(seconds, bench.memory.get((name, mode, question)), "ᵃ" if mode == "auto" else "")
                 for name, (seconds, mode) in found.items()]
        line.append(ratio(min((seconds for seconds, _ in found.values() if seconds), default=None), ours))
        session, held = bench.median("kql", "session", question), bench.median("duckdb", "table", question)
        line += [cell(session), cell(held), ratio(held, session)]
        if bench.parquet:
            line += [cell(bench.median(name, "parquet", question), bench.memory.get((name, "parquet", question)))
                     for name in ("kql", "duckdb")]
        lines.append(line)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def summary(bench):
    """What the table has no room for."""
    ratios = [bench.median("duckdb", "table", question) / bench.median("kql", "session", question)
              for question in bench.args.questions if ("duckdb", "table", question) in bench.seconds]
    mean = f"; {statistics.geometric_mean(ratios):.2f} times DuckDB's table in the geometric mean" if ratios else ""
    spread = [(max(times) - min(times)) / statistics.median(times) for times in bench.seconds.values()]
    return (f"The session held at most {bench.session_memory:.0f} MB{mean}. From its fastest run to its slowest a "
            f"figure spans {statistics.median(spread):.0%} in the median, {max(spread):.0%} at most.")


def imported(args, folder):
    """The data as `kql import` writes it; `None` where kql cannot."""
    if subprocess.run([args.kql, "import", "--help"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        say("this kql has no import; Parquet is left out")
        return None
    say("import")
    path = pathlib.Path(folder) / "SigninLogs.parquet"
    subprocess.run([args.kql, "import", str(args.data), "--output", str(path)], check=True)
    return path


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("data", type=pathlib.Path)
    cli.add_argument("--kql", default=str(ROOT / "target/release/kql"))
    cli.add_argument("--repeat", type=int, default=5, help="runs that are timed")
    cli.add_argument("--threads", default=str(os.cpu_count()), help="one number or several: 1,2")
    cli.add_argument("--needle", default="david.elik2000@contoso.com", help="the account that the needle looks for")
    cli.add_argument("--questions", default=",".join(QUESTIONS), type=lambda text: text.split(","))
    cli.add_argument("--peers", default=",".join(others.NAMES), type=lambda text: text.split(","))
    cli.add_argument("--lock", type=pathlib.Path, help="a file to lock while something is timed")
    args = cli.parse_args()
    peers = {name: version for name, version in others.installed().items() if name in args.peers}
    for name in set(args.peers) - set(peers):
        say(f"{others.NAMES[name]} is not installed and left out")
    version = subprocess.run([args.kql, "--version"], check=True, stdout=subprocess.PIPE).stdout.decode().strip()
    with tempfile.TemporaryDirectory(dir=args.data.parent) as folder:
        parquet = imported(args, folder)
        for threads in map(int, args.threads.split(",")):
            bench = Bench(args, threads, peers, parquet)
            bench.compare()
            bench.time()
            print(f"{args.data.stat().st_size / 1e6:.0f} MB, {threads} threads, milliseconds (MB of memory)\n\n"
                  f"{table(bench, peers)}\n\n{summary(bench)}\n")
    versions = [version, *(f"{others.NAMES[name]} {its}" for name, its in peers.items())]
    print(f"{measure.machine()}. {', '.join(versions)}. Medians of {args.repeat}.")


if __name__ == "__main__":
    main()
