"""Writes the files beside it, as Arrow's C++ library does: python make.py (needs pyarrow)."""

import datetime as dt
import decimal
import uuid

import pyarrow as pa
import pyarrow.parquet as pq

utc = dt.timezone.utc
moment = dt.datetime(2024, 5, 1, 10, 0, 0, 123456)

numbers = pa.table({
    "i8": pa.array([-1, None, 127], pa.int8()),
    "i16": pa.array([-1, None, 32767], pa.int16()),
    "i32": pa.array([-1, None, 2147483647], pa.int32()),
    "i64": pa.array([-1, None, 9223372036854775807], pa.int64()),
    "u8": pa.array([0, None, 255], pa.uint8()),
    "u16": pa.array([0, None, 65535], pa.uint16()),
    "u32": pa.array([0, None, 4294967295], pa.uint32()),
    "u64": pa.array([0, None, 18446744073709551615], pa.uint64()),
    "f16": pa.array([0.5, None, -2.0], pa.float16()),
    "f32": pa.array([0.5, None, -2.0], pa.float32()),
    "f64": pa.array([0.1, None, float("nan")], pa.float64()),
    "b": pa.array([True, None, False], pa.bool_()),
    "d9": pa.array([decimal.Decimal("1.50"), None, decimal.Decimal("-0.01")], pa.decimal128(9, 2)),
    "d38": pa.array([decimal.Decimal("12345678901234567890.5"), None, decimal.Decimal("9" * 37)], pa.decimal128(38, 1)),
})
pq.write_table(numbers, "numbers.parquet", compression="snappy")

times = pa.table({
    "s": pa.array([0, None, 253402300799], pa.timestamp("s", tz="UTC")),
    "ms": pa.array([moment, None, dt.datetime(1, 1, 1)], pa.timestamp("ms")),
    "us": pa.array([moment, None, dt.datetime(9999, 12, 31, 23, 59, 59, 999999)], pa.timestamp("us", tz="Europe/Berlin")),
    "ns": pa.array([1714557600123456789, None, -1], pa.timestamp("ns", tz="UTC")),
    "d32": pa.array([dt.date(2024, 5, 1), None, dt.date(1, 1, 1)], pa.date32()),
    "d64": pa.array([dt.date(2024, 5, 1), None, dt.date(1, 1, 1)], pa.date64()),
    "t32": pa.array([dt.time(1, 2, 3), None, dt.time(0)], pa.time32("ms")),
    "t64": pa.array([dt.time(1, 2, 3, 456789), None, dt.time(0)], pa.time64("us")),
    "span": pa.array([dt.timedelta(days=1, seconds=2), None, dt.timedelta(seconds=-1)], pa.duration("ms")),
})
pq.write_table(times, "times.parquet", compression="zstd")

texts = pa.table({
    "utf8": pa.array(["Björn", None, ""], pa.string()),
    "large": pa.array(["a text of more than twelve bytes", None, ""], pa.large_string()),
    "coded": pa.array(["x", None, "x"], pa.string()).dictionary_encode(),
    "bytes": pa.array([b"abc", None, b"\xff\x00"], pa.binary()),
    "fixed": pa.array([b"\x00\x01\x02", None, b"abc"], pa.binary(3)),
    "id": pa.array([uuid.UUID("74be27de-1e4e-49d9-b579-fe0b331d3642").bytes, None, bytes(16)], pa.uuid()),
    "json": pa.array(['{ "a" : 1 }', None, "[1,\"x\"]"], pa.json_()),
    "nothing": pa.array([None, None, None], pa.null()),
})
pq.write_table(texts, "texts.parquet", compression="gzip")

person = pa.struct([("name", pa.string()), ("born", pa.timestamp("ms")), ("tags", pa.list_(pa.string()))])
nested = pa.table({
    "list": pa.array([[1, None, 3], None, []], pa.list_(pa.int32())),
    "struct": pa.array([{"name": 'A "B"', "born": moment, "tags": ["x", None]}, None, {"name": None}], person),
    "structs": pa.array([[{"name": "a"}, None], None, []], pa.list_(person)),
    "map": pa.array([[("k", 1), ("l", None)], None, []], pa.map_(pa.string(), pa.int64())),
    "numbered": pa.array([[(1, True)], None, []], pa.map_(pa.int32(), pa.bool_())),
    "deep": pa.array([[[1.5], []], None, [None]], pa.list_(pa.large_list(pa.float64()))),
})
pq.write_table(nested, "nested.parquet", compression="lz4")

old = pa.table({"t": pa.array([moment, None, dt.datetime(9999, 1, 1)], pa.timestamp("us")), "n": [1, 2, 3]})
pq.write_table(old, "old.parquet", version="1.0", use_deprecated_int96_timestamps=True, compression="none", store_schema=False)

groups = pa.table({"n": list(range(400)), "s": [f"user{n // 50}" for n in range(400)]})
pq.write_table(groups, "groups.parquet", row_group_size=100, compression="zstd", write_page_index=True)

brotli = pa.table({"n": [1]})
pq.write_table(brotli, "brotli.parquet", compression="brotli")
