"""The other programs: how each is asked the seven questions.

A module has `ask(mode, data, needle, threads)`, which gives a function from a question's name to its rows. What that
function does is what is timed.
"""
import importlib.metadata
import pathlib

# Names, and the ways in which each can read.
NAMES = {"duckdb": "DuckDB", "polars": "Polars", "datafusion": "DataFusion", "chdb": "chDB"}
COLD = ("explicit", "auto")
MODES = {name: COLD for name in NAMES} | {"duckdb": (*COLD, "table", "parquet")}

HERE = pathlib.Path(__file__).resolve().parent


def sections(dialect):
    """The statements of a file of SQL, by the names that stand above them as `-- name: N`."""
    text = (HERE / f"{dialect}.sql").read_text(encoding="utf-8")
    return {name.strip(): statement for name, _, statement in
            (part.partition("\n") for part in text.split("-- name:")[1:])}


def quoted(text):
    """A SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


def installed():
    """The peers that are installed, with their versions."""
    found = {}
    for name in NAMES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found
