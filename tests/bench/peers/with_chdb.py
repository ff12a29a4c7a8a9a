"""chDB, which is ClickHouse in a process: NDJSON with the wanted columns declared, or with all of them guessed."""
import json

import chdb

from questions import QUESTIONS
from . import quoted, sections

TYPES = {
    "TimeGenerated": "DateTime64(6, 'UTC')",
    "Status": "Tuple(errorCode Nullable(String), additionalDetails Nullable(String))",
    "DeviceDetail": "Tuple(operatingSystem Nullable(String), browser Nullable(String))",
    "LocationDetails": "Tuple(state Nullable(String), city Nullable(String))",
    "ConditionalAccessPolicies": "Array(Tuple(displayName String, result String))",
}
# It remembers how many rows a file has; a count is to read it each time.
SETTINGS = ("max_threads = {}, date_time_input_format = 'best_effort', use_cache_for_count_from_files = 0, "
            "schema_inference_use_cache_for_file = 0, session_timezone = 'UTC'")


def ask(mode, data, needle, threads):
    statements = sections("clickhouse")

    def answer(name):
        declared = ", ".join(f"{column} {TYPES.get(column, 'String')}" for column in QUESTIONS[name].columns)
        columns = f", {quoted(declared)}" if mode == "explicit" else ""
        statement = statements[name].format(logs=f"file({quoted(data)}, JSONEachRow{columns})", needle=quoted(needle))
        reply = chdb.query(f"{statement} settings {SETTINGS.format(threads)}", "JSONCompactEachRow")
        return [json.loads(line) for line in str(reply).splitlines() if line]
    return answer
