//! Linear filters.

use kql_types::{Bools, Column, Operand, ScalarType::Bool, ScalarType::Dynamic};

use super::values::{SeriesReader, write_reals};
use crate::kernel::dynamic::dynamic_column;
use crate::scalar::signature::{DYNAMIC, columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&FIR, &IIR];

const FLAG: ParameterType = ParameterType::Exact(Bool);

scalar_function!(
    FIR, ["series_fir"],
    "The series filtered by these coefficients: each element with those before it, or, if the fourth argument is true, with those around it; what is not there is 0. The coefficients are divided by their sum unless the third argument is false or one is negative. <https://learn.microsoft.com/kusto/query/series-fir-function>",
    [
        "print series_fir(dynamic([0, 6, 0, 0]), dynamic([1, 1]))" => "[0.0,3.0,3.0,0.0]",
        "print series_fir(dynamic([0, 2, 3]), dynamic([1, -1]), false)" => "[0.0,2.0,1.0]",
        "print series_fir(dynamic([0, 6, 0]), dynamic([1, 1, 1]), true, true)" => "[2.0,2.0,2.0]",
    ],
    ResultName::FirstArgument,
    [columns(&[DYNAMIC, DYNAMIC, FLAG, FLAG], Dynamic, fir).at_least(2)],
);
scalar_function!(
    IIR, ["series_iir"],
    "The series filtered recursively: each element from those before it times the numerators and from the results before it times the denominators; null if the first denominator is 0. <https://learn.microsoft.com/kusto/query/series-iir-function>",
    ["print series_iir(dynamic([1, 2, 3, 4]), dynamic([1]), dynamic([1, -1]))" => "[1.0,3.0,6.0,10.0]"],
    ResultName::FirstArgument,
    [columns(&[DYNAMIC, DYNAMIC, DYNAMIC], Dynamic, iir)],
);

fn fir(call: &Call<'_>) -> Result<Column, KernelError> {
    let (series, filters) = (SeriesReader::new(&call.arguments[0]), SeriesReader::new(&call.arguments[1]));
    let [normalize, center] = [2, 3].map(|index| call.arguments.get(index).map(Operand::bools));
    let flag = |flags: &Option<Bools<'_>>, row| flags.as_ref().and_then(|flags| flags.get(row));
    Ok(dynamic_column(call.rows, |row, out| {
        let values: Vec<f64> = series.get(row)?.reals().map(Option::unwrap_or_default).collect();
        let mut filter = filters.get(row)?.finite()?;
        let has_negative = filter.iter().any(|coefficient| *coefficient < 0.0);
        if flag(&normalize, row).unwrap_or(!has_negative) {
            if has_negative {
                return None;
            }
            let sum: f64 = filter.iter().sum();
            filter.iter_mut().for_each(|coefficient| *coefficient /= sum);
        }
        let shift = if flag(&center, row).unwrap_or_default() { (filter.len() - 1) / 2 } else { 0 };
        write_reals(out, (0..values.len()).map(|position| convolve(&values, &filter, position + shift)));
        Some(())
    }))
}

/// The sum of the coefficients times the values from that position backwards.
fn convolve(values: &[f64], filter: &[f64], position: usize) -> f64 {
    let reached = filter.iter().enumerate().take(position + 1);
    reached.filter_map(|(back, coefficient)| Some(coefficient * values.get(position - back)?)).sum()
}

fn iir(call: &Call<'_>) -> Result<Column, KernelError> {
    let [series, numerators, denominators] = [0, 1, 2].map(|index| SeriesReader::new(&call.arguments[index]));
    Ok(dynamic_column(call.rows, |row, out| {
        let values: Vec<f64> = series.get(row)?.reals().map(Option::unwrap_or_default).collect();
        let (numerators, denominators) = (numerators.get(row)?.finite()?, denominators.get(row)?.finite()?);
        if denominators[0] == 0.0 {
            return None;
        }
        let mut results: Vec<f64> = Vec::with_capacity(values.len());
        for position in 0..values.len() {
            let input = convolve(&values, &numerators, position);
            let earlier = denominators.iter().enumerate().skip(1).take(position);
            let feedback: f64 =
                earlier.map(|(back, coefficient)| coefficient * results[position - back]).sum();
            results.push((input - feedback) / denominators[0]);
        }
        write_reals(out, results);
        Some(())
    }))
}
