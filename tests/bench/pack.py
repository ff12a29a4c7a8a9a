#!/usr/bin/env python3
"""Runs a pack of made-up rules together and one by one: the same bytes, how much time, how much memory.

    python3 tests/bench/pack.py SigninLogs.json [--rules 1000] [--seed 7] [--kql target/release/kql]

The file holds sign-in records. The rules differ in what they filter, group and gather: ten kinds, with values drawn at
random from the seed. `kql run PACK --format json` writes the results of all rules, in the order of the pack; one rule's
output is its part of that. Memory is anonymous resident memory.
"""
import argparse
import pathlib
import random
import statistics
import sys
import tempfile
import time

import measure

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODES = ["0", "50126", "50074", "50057", "50020", "50053", "53003", "50140", "50076", "70044", "500121", "65001"]
APPS = ["Azure Portal", "Teams", "Exchange", "SharePoint", "Salesforce", "ServiceNow", "Graph", "Zoom", "Office"]
PLACES = ["DE", "US", "FR", "GB", "CN", "RU", "BR", "IN", "NG", "JP"]
SYSTEMS = ["Windows10", "Windows11", "MacOs", "Ios 16.5", "Android", "Linux"]
KEYS = ["UserPrincipalName", "IPAddress", "AppDisplayName", "Location", "ClientAppUsed", "ResultType"]
AGGREGATES = ["dcount(IPAddress)", "dcount(UserPrincipalName)", "min(TimeGenerated)", "max(TimeGenerated)",
              "make_set(AppDisplayName, 20)", "make_set(Location)", "countif(ResultType != 0)", "sum(DurationMs)",
              "avg(DurationMs)", "percentile(DurationMs, 95)", "take_any(UserDisplayName)",
              "arg_max(TimeGenerated, IPAddress, Location)"]
CONDITIONS = [
    lambda draw: f'ResultType == "{draw.choice(CODES)}"',
    lambda draw: "ResultType in ({})".format(", ".join(f'"{code}"' for code in draw.sample(CODES, 3))),
    lambda draw: f'AppDisplayName has "{draw.choice(APPS)}"',
    lambda draw: f'AppDisplayName contains "{draw.choice(APPS)[:4]}"',
    lambda draw: f'Location == "{draw.choice(PLACES)}"',
    lambda draw: f'UserPrincipalName startswith "{draw.choice("abcdefghijklm")}"',
    lambda draw: f'IPAddress startswith "{draw.randrange(20, 120)}."',
    lambda draw: f"DurationMs > {draw.randrange(100, 1500)}",
    lambda draw: f'DeviceDetail.operatingSystem == "{draw.choice(SYSTEMS)}"',
    lambda draw: f'tostring(Status.additionalDetails) has "{draw.choice(["MFA", "claim", "denied", "token"])}"',
    lambda draw: f'UserAgent has_any ("{draw.choice(["Chrome", "Firefox", "Edg"])}", "curl")',
    lambda draw: f"TimeGenerated >= datetime(2024-01-01) + {draw.randrange(1, 20)}h",
]


def filters(draw):
    return "\n| where ".join([""] + [condition(draw) for condition in draw.sample(CONDITIONS, draw.randrange(1, 4))])


def aggregates(draw, count):
    return ", ".join(["Attempts = count()"] + draw.sample(AGGREGATES, count))


def keys(draw, count=2):
    return ", ".join(draw.sample(KEYS, draw.randrange(1, count + 1)))


KINDS = [
    # Groups above a threshold.
    lambda draw: f"SigninLogs{filters(draw)}\n| summarize {aggregates(draw, 3)} by {keys(draw)}\n"
                 f"| where Attempts > {draw.randrange(2, 60)}",
    # By time.
    lambda draw: f"SigninLogs{filters(draw)}\n| summarize {aggregates(draw, 2)} by bin(TimeGenerated, "
                 f"{draw.choice(['10m', '1h', '6h', '1d'])}), {keys(draw, 1)}\n| sort by Attempts desc, TimeGenerated asc\n| take 20",
    # The records themselves.
    lambda draw: f"SigninLogs{filters(draw)}\n| project TimeGenerated, UserPrincipalName, IPAddress, ResultType, "
                 f"OS = DeviceDetail.operatingSystem\n| top {draw.randrange(5, 50)} by TimeGenerated",
    # What failed, beside what did not.
    lambda draw: f"let failed = SigninLogs{filters(draw)}\n| where ResultType != 0\n| summarize Failures = count() "
                 f"by IPAddress;\nSigninLogs\n| where ResultType == 0\n| summarize Successes = count(), "
                 f"Users = make_set(UserPrincipalName, 10) by IPAddress\n| join kind=inner failed on IPAddress\n"
                 f"| where Failures > {draw.randrange(1, 30)}\n| project IPAddress, Failures, Successes, Users",
    # Members of nested values.
    lambda draw: f"SigninLogs{filters(draw)}\n| mv-expand Policy = ConditionalAccessPolicies\n"
                 f"| summarize Attempts = count() by Name = tostring(Policy.displayName), Outcome = tostring(Policy.result)\n"
                 f"| sort by Attempts desc, Name asc, Outcome asc",
    # Values that are there.
    lambda draw: f"SigninLogs{filters(draw)}\n| distinct {keys(draw)}\n| count",
    # A list from elsewhere in the data.
    lambda draw: f"let seen = SigninLogs{filters(draw)}\n| distinct IPAddress;\nSigninLogs{filters(draw)}\n"
                 f"| where IPAddress {draw.choice(['in', '!in'])} (seen)\n| summarize {aggregates(draw, 2)} by {keys(draw, 1)}",
    # The first and the last of each.
    lambda draw: f"SigninLogs{filters(draw)}\n| summarize arg_{draw.choice(['min', 'max'])}(TimeGenerated, *) by {keys(draw, 1)}\n"
                 f"| project UserPrincipalName, TimeGenerated, IPAddress, City = LocationDetails.city",
    # Text taken apart.
    lambda draw: f"SigninLogs{filters(draw)}\n| parse UserPrincipalName with User \"@\" Domain\n"
                 f"| extend Day = startofday(TimeGenerated), Is = iff(ResultType == 0, \"ok\", \"failed\")\n"
                 f"| summarize {aggregates(draw, 1)} by Domain, Day, Is",
    # Two halves below each other.
    lambda draw: f"union (SigninLogs{filters(draw)}\n| extend Half = 1), (SigninLogs{filters(draw)}\n| extend Half = 2)\n"
                 f"| summarize {aggregates(draw, 2)} by Half, {keys(draw, 1)}",
]


def make_pack(folder, count, seed):
    draw = random.Random(seed)
    paths = []
    for number in range(count):
        path = folder / f"rule{number:05}.kql"
        path.write_text(KINDS[number % len(KINDS)](draw) + "\n", encoding="utf-8")
        paths.append(path)
    return paths


def command(args, path, output):
    return [args.kql, "run", str(path), "--table", f"SigninLogs={args.data}", "--threads", str(args.threads),
            "--format", "json", "-o", str(output)]


def one_by_one(args, paths, output):
    """The outputs of all rules and how long each took; the lock is given away again and again."""
    parts, times = [], []
    while len(parts) < len(paths):
        with measure.alone(args.lock):
            until = time.monotonic() + args.hold
            while len(parts) < len(paths) and time.monotonic() < until:
                times.append(measure.seconds(command(args, paths[len(parts)], output)))
                parts.append(output.read_bytes())
        print(f"{len(parts)} of {len(paths)} rules ran alone", file=sys.stderr, flush=True)
    return parts, times


def joined(parts):
    """What a run of all rules must write, if it gives what each gives alone."""
    inner = []
    for part in parts:
        assert part.startswith(b"[") and part.endswith(b"]\n"), part[:80]
        inner.append(part[1:-2])
    return b"[" + b",\n".join(inner) + b"]\n"


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("data", type=pathlib.Path)
    cli.add_argument("--rules", type=int, default=1000)
    cli.add_argument("--seed", type=int, default=7)
    cli.add_argument("--threads", type=int, default=2)
    cli.add_argument("--repeat", type=int, default=3, help="how often the pack is timed")
    cli.add_argument("--kql", default=str(ROOT / "target/release/kql"))
    cli.add_argument("--lock", type=pathlib.Path, help="a file to lock while something is timed")
    cli.add_argument("--hold", type=float, default=120, help="seconds after which the lock is given away")
    args = cli.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary) / "pack"
        folder.mkdir()
        paths = make_pack(folder, args.rules, args.seed)
        together, alone = pathlib.Path(temporary) / "together.json", pathlib.Path(temporary) / "alone.json"
        whole = command(args, folder, together)
        with measure.alone(args.lock):
            _, peak = measure.watched(whole)
        with measure.alone(args.lock):
            pack = [measure.seconds(whole) for _ in range(args.repeat)]
        parts, times = one_by_one(args, paths, alone)
        expected, found = joined(parts), together.read_bytes()
        median = statistics.median(times)
        rows = sum(part.count(b"\n") for part in parts)
        print(f"{measure.machine()}; {args.threads} threads")
        print(f"{len(parts)} rules, {args.data.stat().st_size / 1e6:.0f} MB of data, {len(found) / 1e6:.1f} MB of results "
              f"in {rows} lines: {'the same bytes' if expected == found else 'THE RESULTS DIFFER'}")
        print(f"together: {statistics.median(pack):.2f} s (from {min(pack):.2f} to {max(pack):.2f}), {peak:.0f} MB")
        print(f"one rule: {median:.3f} s in the median, from {min(times):.3f} to {max(times):.3f}; all one by one {sum(times):.0f} s")
        print(f"together takes {statistics.median(pack) / median:.1f} times the time of one")
        if expected != found:
            at = next((at for at, pair in enumerate(zip(expected, found)) if pair[0] != pair[1]), min(len(expected), len(found)))
            print(f"at byte {at}: {expected[max(0, at - 200):at + 200]!r} alone, {found[max(0, at - 200):at + 200]!r} together")
            sys.exit(1)


if __name__ == "__main__":
    main()
