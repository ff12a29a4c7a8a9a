#!/usr/bin/env python3
"""Measures how time and memory grow with the data and with the number of rules, and draws it.

    pip install matplotlib
    python3 tests/bench/growth.py SMALL.json LARGE.json... [--kql target/release/kql] [--picture docs/growth.svg]

The files hold sign-in records, in any sizes. Over all of them the first shipped rule and a count by hour are run; over
the first one also 1, 10, 100 and 1,000 made-up rules in one `kql run`, each of which reads columns that the shipped
rules read too. Medians of runs, with one thread and with two; memory is anonymous resident memory.
"""
import argparse
import pathlib
import statistics
import sys
import tempfile

import measure
from program import Program

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
QUESTIONS = {"disabled_accounts": "first shipped rule", "by_hour": "count by hour and result"}
RULES = (1, 10, 100, 1000)
THREADS = (1, 2)
CODES = ["50126", "50074", "50057", "50020", "50053", "53003", "50140", "50076", "70044", "0"]
APPS = ["Azure Portal", "Teams", "Exchange", "SharePoint", "Salesforce", "ServiceNow", "Graph", "Zoom", "Office"]


def rule(number):
    """Results of one kind in one application, by where they came from."""
    code, app = CODES[number % len(CODES)], APPS[number % len(APPS)]
    return (f'SigninLogs\n| where ResultType == "{code}" and AppDisplayName has "{app}"\n'
            "| summarize attempts = count(), accounts = dcount(UserPrincipalName), since = min(TimeGenerated),\n"
            "    until = max(TimeGenerated) by IPAddress\n"
            f"| where attempts > {number % 40} and accounts > {number % 7}\n")


def median(command, args):
    """Seconds, and megabytes of the run that held most."""
    seconds = statistics.median(measure.seconds(command) for _ in range(args.repeat))
    peak = max(measure.watched(command)[1] for _ in range(2))
    print(f"{seconds:8.3f} s {peak:8.0f} MB  {' '.join(map(str, command[1:4]))[:60]}", file=sys.stderr, flush=True)
    return seconds, peak


def over_data(args, threads):
    """By question: gigabytes, seconds and megabytes."""
    return {title: [(data.stat().st_size / 1e9, *median(Program(args.kql, data, "", threads).command(question), args))
                    for data in args.data]
            for question, title in QUESTIONS.items()}


def over_rules(args, threads):
    """Rules, seconds and megabytes."""
    points = []
    for count in RULES:
        with tempfile.TemporaryDirectory() as folder:
            for number in range(count):
                (pathlib.Path(folder) / f"rule{number:04}.kql").write_text(rule(number), encoding="utf-8")
            table = ["--table", f"SigninLogs={args.data[0]}", "--threads", str(threads)]
            points.append((count, *median([args.kql, "run", folder, *table, "--format", "json"], args)))
    return points


def draw(data, rules, picture, caption):
    import matplotlib
    matplotlib.use("svg")
    from matplotlib import pyplot
    matplotlib.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "kql", "font.size": 9, "font.family": "sans-serif"}
    figure, axes = pyplot.subplots(2, 2, figsize=(9, 6.4))
    for row, (lines, label) in enumerate([(data, "GB of NDJSON"), (rules, "rules in one run")]):
        for column, (unit, name) in enumerate([("s", "time"), ("MB", "memory")]):
            axis = axes[row][column]
            for title, points in lines.items():
                axis.plot([point[0] for point in points], [point[column + 1] for point in points], "o-", label=title,
                          markersize=3.5, linewidth=1.2)
            axis.set(xlabel=label, ylabel=f"{name}, {unit}", xscale="log" if row else "linear")
            axis.set_ylim(bottom=0)
            if row:
                axis.set_xticks(RULES, RULES)
                axis.minorticks_off()
            axis.grid(alpha=0.3)
            axis.spines[["top", "right"]].set_visible(False)
    axes[0][0].legend(frameon=False, fontsize=8)
    axes[1][0].legend(frameon=False, fontsize=8)
    figure.text(0.5, 0.005, caption, ha="center", fontsize=7, color="0.35")
    figure.tight_layout(rect=(0, 0.02, 1, 1))
    figure.savefig(picture, metadata={"Date": None})


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("data", type=pathlib.Path, nargs="+")
    cli.add_argument("--kql", default=str(ROOT / "target/release/kql"))
    cli.add_argument("--repeat", type=int, default=5)
    cli.add_argument("--lock", type=pathlib.Path, help="a file to lock while something is timed")
    cli.add_argument("--picture", type=pathlib.Path, default=ROOT / "docs/growth.svg")
    args = cli.parse_args()
    for file in args.data:
        measure.read_from_disk(file)
    data, rules = {}, {}
    for threads in THREADS:
        label = f"{threads} thread{'s'[:threads - 1]}"
        with measure.alone(args.lock):
            data |= {f"{title}, {label}": points for title, points in over_data(args, threads).items()}
        with measure.alone(args.lock):
            rules[label] = over_rules(args, threads)
    draw(data, rules, args.picture, f"{measure.machine()}; medians of {args.repeat}")
    for title, points in (data | {f"rules, {label}": points for label, points in rules.items()}).items():
        print(f"{title}: " + "; ".join(f"{x:.3g}: {seconds:.3f} s, {peak:.0f} MB" for x, seconds, peak in points))


if __name__ == "__main__":
    main()
