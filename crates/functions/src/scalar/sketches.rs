//! Functions of what `hll()` and `tdigest()` leave behind.

use kql_types::dynamic::{Json, write_value};
use kql_types::{Column, Operand, ScalarType, Value};

use super::signature::{DYNAMIC, columns, scalar_function};
use crate::ResultName::{Generated, Prefix, PrefixAndFirstArgument};
use crate::kernel::dynamic::{JsonValues, dynamic_column};
use crate::kernel::rows::{longs, reals};
use crate::scalar::conversion::{convert, convert_column};
use crate::scalar::text::extract::written_type;
use crate::sketches::digest::Digest;
use crate::sketches::hashes;
use crate::{ArgumentInfo, Call, KernelError, ParameterType, Returns, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[
    &DCOUNT_HLL,
    &HLL_MERGE,
    &TDIGEST_MERGE,
    &PERCENTILE_TDIGEST,
    &PERCENTILES_ARRAY_TDIGEST,
    &RANK_TDIGEST,
    &PERCENTRANK_TDIGEST,
];

scalar_function!(
    DCOUNT_HLL, ["dcount_hll"],
    "The number of distinct values that a state of hll() holds; null if it is none.",
    [
        "range x from 1 to 10 step 1 | summarize h = hll(x) | project dcount_hll(h)" => "10",
        "print dcount_hll(dynamic(1))" => "",
    ],
    PrefixAndFirstArgument("dcount_hll"),
    [columns(&[DYNAMIC], ScalarType::Long, |call| {
        let states = call.arguments[0].strings();
        Ok(Column::Long(longs(call.rows, |row| Some(hashes::read(states.get(row)?)?.len() as i64))))
    })],
);
scalar_function!(
    HLL_MERGE, ["hll_merge"],
    "The distinct values that any of the states of hll() holds.",
    [
        "range x from 1 to 10 step 1 | extend y = x + 5 | summarize h = hll(x), i = hll(y) | project dcount_hll(hll_merge(h, i))" => "15",
    ],
    Prefix("hll_merged_result"),
    [columns(&[DYNAMIC, DYNAMIC], ScalarType::Dynamic, merge_hashes).repeating(1, 2)],
);
scalar_function!(
    TDIGEST_MERGE, ["tdigest_merge", "merge_tdigest"],
    "The values of all the states of tdigest().",
    [
        "range x from 1 to 10 step 1 | extend y = x + 10 | summarize t = tdigest(x), u = tdigest(y) | project percentile_tdigest(merge_tdigest(t, u), 100, typeof(long))" => "20",
    ],
    Prefix("tdigests_merge_result"),
    [columns(&[DYNAMIC, DYNAMIC], ScalarType::Dynamic, merge_digests).repeating(1, 2)],
);
scalar_function!(
    PERCENTILE_TDIGEST, ["percentile_tdigest"],
    "The percentile of the values of a state of tdigest(), as percentile() gives it; of the type named, else a dynamic.",
    [
        "range x from 1 to 10 step 1 | summarize t = tdigest(x) | project percentile_tdigest(t, 50)" => "5",
        "datatable(d:datetime)[datetime(2024-05-14), datetime(2024-05-15)] | summarize t = tdigest(d) | project percentile_tdigest(t, 100, typeof(datetime))" => "2024-05-15T00:00:00.0000000Z",
    ],
    PrefixAndFirstArgument("percentile_tdigest"),
    [
        columns(
            &[DYNAMIC, ParameterType::Number, ParameterType::Literal(ScalarType::String)],
            ScalarType::Dynamic,
            percentile,
        )
        .at_least(2)
        .returning(Returns::Computed(percentile_type)),
    ],
);
scalar_function!(
    PERCENTILES_ARRAY_TDIGEST, ["percentiles_array_tdigest"],
    "Several percentiles of the values of a state of tdigest(), as an array. The points may be given as one, too.",
    [
        "range x from 1 to 10 step 1 | summarize t = tdigest(x) | project percentiles_array_tdigest(t, 0, 50, 100)" => "[1,5,10]",
        "range x from 1 to 10 step 1 | summarize t = tdigest(x) | project percentiles_array_tdigest(t, dynamic([90, 100]))" => "[9,10]",
    ],
    PrefixAndFirstArgument("percentile_tdigest"),
    [
        columns(&[DYNAMIC, ParameterType::Number], ScalarType::Dynamic, percentiles).repeating(1, 2),
        columns(&[DYNAMIC, DYNAMIC], ScalarType::Dynamic, percentiles),
    ],
);
scalar_function!(
    RANK_TDIGEST, ["rank_tdigest"],
    "How many values of a state of tdigest() are not greater than that value.",
    ["range x from 1 to 1000 step 1 | summarize t = tdigest(x) | project rank_tdigest(t, 685)" => "685.0"],
    Generated,
    [columns(&[DYNAMIC, ParameterType::Any], ScalarType::Real, |call| rank(call, |below, _| below))],
);
scalar_function!(
    PERCENTRANK_TDIGEST, ["percentrank_tdigest"],
    "How many percent of the values of a state of tdigest() are not greater than that value.",
    ["range x from 1 to 1000 step 1 | summarize t = tdigest(x) | project percentrank_tdigest(t, 685)" => "68.5"],
    Generated,
    [columns(&[DYNAMIC, ParameterType::Any], ScalarType::Real, |call| {
        rank(call, |below, all| below * 100.0 / all)
    })],
);

fn merge_hashes(call: &Call<'_>) -> Result<Column, KernelError> {
    let states: Vec<_> = call.arguments.iter().map(Operand::strings).collect();
    Ok(dynamic_column(call.rows, |row, out| {
        let mut merged = indexmap::IndexSet::new();
        for state in &states {
            merged.extend(hashes::read(state.get(row)?)?);
        }
        hashes::write(out, merged);
        Some(())
    }))
}

fn merge_digests(call: &Call<'_>) -> Result<Column, KernelError> {
    let states: Vec<_> = call.arguments.iter().map(Operand::strings).collect();
    Ok(dynamic_column(call.rows, |row, out| {
        let mut digests = states.iter().map(|state| Digest::read(state.get(row)?));
        let mut merged = digests.next()??;
        for digest in digests {
            merged.merge(&digest?).then_some(())?;
        }
        merged.write(out);
        Some(())
    }))
}

fn percentile_type(arguments: &[ArgumentInfo<'_>]) -> Result<ScalarType, String> {
    if arguments.len() < 3 { Ok(ScalarType::Dynamic) } else { written_type(arguments, 2) }
}

fn percentile(call: &Call<'_>) -> Result<Column, KernelError> {
    let states = call.arguments[0].strings();
    let points = convert(&call.arguments[1], ScalarType::Real);
    let points = points.reals();
    let values = dynamic_column(call.rows, |row, out| {
        write_value(out, &Digest::read(states.get(row)?)?.percentile(points.get(row)?)?);
        Some(())
    });
    match call.returns {
        ScalarType::Dynamic => Ok(values),
        wanted => Ok(convert_column(&Operand::Column(values), call.rows, wanted)),
    }
}

/// The points are numbers, or one array of them.
fn percentiles(call: &Call<'_>) -> Result<Column, KernelError> {
    let states = call.arguments[0].strings();
    let points: Vec<_> = call.arguments[1..].iter().map(JsonValues::new).collect();
    let mut text = String::new();
    Ok(dynamic_column(call.rows, |row, out| {
        let digest = Digest::read(states.get(row)?)?;
        out.push('[');
        let mut write = |point: Json<'_>| {
            out.push_str(if out.ends_with('[') { "" } else { "," });
            let value = point.as_f64().and_then(|point| digest.percentile(point));
            write_value(out, &value.unwrap_or(Value::Null(ScalarType::Dynamic)));
        };
        for point in &points {
            text.clear();
            point.write(row, &mut text);
            match Json::new(&text) {
                array if text.starts_with('[') => array.elements().for_each(&mut write),
                number => write(number),
            }
        }
        out.push(']');
        Some(())
    }))
}

fn rank(call: &Call<'_>, of: impl Fn(f64, f64) -> f64) -> Result<Column, KernelError> {
    let (states, values) = (call.arguments[0].strings(), JsonValues::new(&call.arguments[1]));
    let mut value = String::new();
    Ok(Column::Real(reals(call.rows, |row| {
        value.clear();
        values.write(row, &mut value);
        let (below, all) = Digest::read(states.get(row)?)?.rank(Json::new(&value))?;
        Some(of(below, all))
    })))
}
