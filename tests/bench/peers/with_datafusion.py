"""DataFusion: NDJSON with the wanted columns declared, or with all of them guessed."""
import datafusion
import pyarrow as pa
from datafusion import SessionConfig, SessionContext

from questions import QUESTIONS
from . import quoted, sections

TYPES = {
    "TimeGenerated": pa.timestamp("us"),
    "Status": pa.struct({"errorCode": pa.int64(), "additionalDetails": pa.string()}),
    "DeviceDetail": pa.struct({"operatingSystem": pa.string(), "browser": pa.string()}),
    "LocationDetails": pa.struct({"state": pa.string(), "city": pa.string()}),
    "ConditionalAccessPolicies": pa.list_(pa.struct({"displayName": pa.string(), "result": pa.string()})),
}


def ask(mode, data, needle, threads):
    statements = sections("datafusion")
    config = (SessionConfig().with_target_partitions(threads)
              .set("datafusion.sql_parser.enable_ident_normalization", "false"))

    def answer(name):
        context = SessionContext(config)
        schema = pa.schema([(column, TYPES.get(column, pa.string())) for column in QUESTIONS[name].columns])
        context.register_json("logs", data, schema=schema if mode == "explicit" else None,
                              file_extension=data.suffix)
        table = context.sql(statements[name].format(logs="logs", needle=quoted(needle))).to_arrow_table()
        return [list(row) for row in zip(*(column.to_pylist() for column in table.columns))]
    return answer
