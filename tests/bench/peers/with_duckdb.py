"""DuckDB: NDJSON with the wanted columns declared or with all of them guessed, a table in memory, and Parquet."""
import duckdb

from questions import QUESTIONS
from . import quoted, sections

TYPES = {
    "TimeGenerated": "TIMESTAMP",
    "Status": "STRUCT(errorCode VARCHAR, additionalDetails VARCHAR)",
    "DeviceDetail": "STRUCT(operatingSystem VARCHAR, browser VARCHAR)",
    "LocationDetails": "STRUCT(state VARCHAR, city VARCHAR)",
    "ConditionalAccessPolicies": "STRUCT(displayName VARCHAR, result VARCHAR)[]",
}


def declared(data, columns):
    types = ", ".join(f"{name}: '{TYPES.get(name, 'VARCHAR')}'" for name in columns)
    # Without `records` a single declared column makes it read each line twice.
    return f"read_json({quoted(data)}, format = 'newline_delimited', records = true, columns = {{{types}}})"


def parquet(data, columns):
    """Nested values are JSON text in the file."""
    chosen = [f"from_json({name}, '{structure(TYPES[name])}') as {name}" if "(" in TYPES.get(name, "") else name
              for name in columns]
    return f"(select {', '.join(chosen)} from read_parquet({quoted(data)}))"


def structure(kind):
    """A type as from_json wants it."""
    members = kind[kind.index("(") + 1:kind.index(")")].split(", ")
    inner = "{" + ", ".join('"%s": "%s"' % tuple(member.split()) for member in members) + "}"
    return f"[{inner}]" if kind.endswith("[]") else inner


def ask(mode, data, needle, threads):
    connection = duckdb.connect()
    connection.execute(f"set threads = {threads}; set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    statements = sections("duckdb")
    if mode == "table":
        columns = dict.fromkeys(name for question in QUESTIONS.values() for name in question.columns)
        connection.execute(f"create table SigninLogs as from {declared(data, columns)}")

    def source(columns):
        return {"explicit": lambda: declared(data, columns), "auto": lambda: f"read_json({quoted(data)})",
                "table": lambda: "SigninLogs", "parquet": lambda: parquet(data, columns)}[mode]()

    def answer(name):
        statement = statements[name].format(logs=source(QUESTIONS[name].columns), needle=quoted(needle))
        return connection.execute(statement).fetchall()
    return answer
