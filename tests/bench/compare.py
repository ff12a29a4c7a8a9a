#!/usr/bin/env python3
"""Runs both shipped rules over one file with kql and with DuckDB, compares the rows, and compares the time.

    cargo build --release
    pip install duckdb
    python3 tests/bench/compare.py SigninLogs.json [--runs 5] [--kql target/release/kql]

The file is NDJSON named for its table. Time is wall time of a process from its start to its end, both rules in one
process, output thrown away, median of the runs; runs of the two alternate. DuckDB is measured twice: reading the file
once for each rule, as two queries do, and reading it once into a table of the needed columns.

Documented differences that the comparison allows for: the order of a set; which 128 (or 15) members a longer set
keeps; the order of rows with equal sort keys.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DISABLED = "SuccessfulAccount-SigninAttemptsByIPviaDisabledAccounts"
PORTAL = "UnauthUser_AzurePortal"


def sql(name, data):
    return (HERE / f"{name}.sql").read_text(encoding="utf-8").replace("'DATA'", "'" + str(data).replace("'", "''") + "'")


def child(data, mode):
    """What a DuckDB process does: both rules, every row fetched."""
    import duckdb
    queries = [sql("disabled_accounts", data), sql("azure_portal", data)]
    if mode == "once":
        columns = {"TimeGenerated", "UserDisplayName", "UserPrincipalName", "AppDisplayName", "ResultType",
                   "ResultDescription", "Location", "IPAddress"}
        types = {name: "VARCHAR" for name in columns} | {
            "Status": "STRUCT(errorCode VARCHAR, additionalDetails VARCHAR)",
            "DeviceDetail": "STRUCT(operatingSystem VARCHAR, browser VARCHAR)",
            "LocationDetails": "STRUCT(state VARCHAR, city VARCHAR)"}
        duckdb.execute("create temp table logs_once as select * from read_json(?, format = 'newline_delimited', "
                       f"columns = {types})", [str(data)])
        queries = [query[:query.index("read_json(")] + "logs_once" + query[query.index("})") + 2:] for query in queries]
    for query in queries:
        duckdb.execute(query).fetchall()


def kql_rows(program, data, rule):
    run = subprocess.run([program, "query", "--format", "kusto", "--table", f"SigninLogs={data}", "-"], check=True,
                         input=(ROOT / "queries" / f"{rule}.kql").read_bytes(), stdout=subprocess.PIPE)
    return json.loads(run.stdout)["Tables"][0]["Rows"]


def moment(text):
    return text.rstrip("Z").rstrip("0").rstrip(".") if text else text


def same_set(ours, theirs, limit=128):
    """Sets are equal, or ours is the part of a longer one that the limit leaves."""
    return len(ours) == len(set(ours)) == min(limit, len(theirs)) and set(ours) <= set(theirs)


def compare_disabled(ours, theirs):
    """One group of rows for each address: its accounts may be another choice of 15."""
    def groups(rows):
        found = {}
        for row in rows:
            found.setdefault(row[2], []).append(row)
        return found
    ours, theirs = groups(ours), groups(theirs)
    assert ours.keys() == theirs.keys(), set(ours) ^ set(theirs)
    for address, rows in ours.items():
        mine, other = rows[0], theirs[address][0]
        assert [moment(mine[0]), moment(mine[1]), *mine[2:5], mine[7]] == \
               [moment(other[0]), moment(other[1]), *other[2:5], other[7]], (mine, other)
        assert same_set(mine[5], other[5]) and same_set(mine[6], other[6]), (mine, other)
        accounts = [row[8] for row in rows]
        assert accounts == [None] if other[8] is None else same_set(accounts, other[8], 15), (accounts, other)
        assert all(moment(row[9]) == moment(mine[0]) and row[10] == address for row in rows)
    return sum(map(len, ours.values())), sum(map(len, theirs.values()))


def compare_portal(ours, theirs):
    mine, other = {tuple(row[:9]): row for row in ours}, {tuple(row[:9]): row for row in theirs}
    assert mine.keys() == other.keys(), set(mine) ^ set(other)
    for key, row in mine.items():
        match = other[key]
        assert [moment(row[9]), moment(row[10]), row[12], row[16]] == \
               [moment(match[9]), moment(match[10]), match[12], match[16]], (row, match)
        assert all(same_set(row[place], match[place]) for place in (11, 13, 14, 15)), (row, match)
        assert moment(row[17]) == moment(row[9]) and row[18] == row[1], row
    return len(ours), len(theirs)


def falling(numbers):
    return all(first >= second for first, second in zip(numbers, numbers[1:]))


def compare(program, data):
    import duckdb
    ours = kql_rows(program, data, DISABLED)
    theirs = duckdb.execute(sql("disabled_accounts", data)).fetchall()
    assert falling([row[3] for row in ours])
    print(f"{DISABLED}: kql %d rows, DuckDB %d rows, equal" % compare_disabled(ours, theirs))
    ours = kql_rows(program, data, PORTAL)
    theirs = duckdb.execute(sql("azure_portal", data)).fetchall()
    assert falling([row[16] for row in ours])
    print(f"{PORTAL}: kql %d rows, DuckDB %d rows, equal" % compare_portal(ours, theirs))


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("data", type=pathlib.Path)
    cli.add_argument("--kql", default=str(ROOT / "target/release/kql"))
    cli.add_argument("--runs", type=int, default=5)
    cli.add_argument("--child", choices=["twice", "once"], help=argparse.SUPPRESS)
    args = cli.parse_args()
    if args.child:
        child(args.data, args.child)
        return
    compare(args.kql, args.data)
    duck = [sys.executable, str(HERE / "compare.py"), str(args.data), "--child"]
    commands = {
        "kql": [args.kql, "run", str(ROOT / "queries"), "--table", f"SigninLogs={args.data}", "--format", "json"],
        "DuckDB, a read for each rule": [*duck, "twice"],
        "DuckDB, one read": [*duck, "once"],
    }
    taken = {name: [] for name in commands}
    for _ in range(args.runs):
        for name, command in commands.items():
            taken[name].append(seconds(command))
    for name, times in taken.items():
        print(f"{name:30} median {statistics.median(times):6.3f} s   of {' '.join(f'{t:.3f}' for t in sorted(times))}")


if __name__ == "__main__":
    main()
