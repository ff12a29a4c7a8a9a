#!/usr/bin/env python3
"""Counts the instructions of three questions and holds them against what is recorded.

    cargo build --release
    python3 tests/bench/instructions.py [--kql target/release/kql] [--record]

The count of `valgrind --tool=callgrind` depends on the program and its input, not on the load or the speed of the
machine. Runs have one thread and 5,000 made-up records. valgrind offers no AVX-512, so the scan is counted on its AVX2
path, whatever the processor has. A count that is more than 5 % above the record fails; after a change that is meant
to cost that much, or saves that much, `--record` writes what was counted.
"""
import argparse
import json
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

import make_signins
from program import Program

HERE = pathlib.Path(__file__).resolve().parent
RECORD = HERE / "instructions.json"
RECORDS = 5000
SLACK = 0.05
NEEDLE = "user00001@contoso.com"
QUESTIONS = ["disabled_accounts", "by_hour", "needle"]


def instructions(command):
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    run = subprocess.run([*valgrind, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not found:
        sys.exit(f"{' '.join(command[:2])} failed under valgrind:\n{run.stderr}")
    return int(found[1])


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--kql", default=str(HERE.parents[1] / "target/release/kql"))
    cli.add_argument("--record", action="store_true", help="write down what is counted instead of comparing")
    args = cli.parse_args()
    if platform.machine() != "x86_64":
        print(f"skipped: the recorded counts are of x86_64, this is {platform.machine()}")
        return
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder) / "SigninLogs.json"
        with open(data, "w", encoding="utf-8", newline="\n") as out:
            make_signins.write(RECORDS, out)
        program = Program(args.kql, data, NEEDLE, threads=1)
        counted = {question: instructions(program.command(question)) for question in QUESTIONS}
    if args.record:
        RECORD.write_text(json.dumps(counted, indent=4) + "\n", encoding="utf-8")
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))
    for question, count in counted.items():
        change = count / recorded[question] - 1
        print(f"{question:20} {count / 1e6:8.1f} million instructions, {change:+.1%} to the record")
    worse = [question for question in QUESTIONS if counted[question] > recorded[question] * (1 + SLACK)]
    if worse:
        sys.exit(f"more than {SLACK:.0%} above the record: {', '.join(worse)}")


if __name__ == "__main__":
    main()
