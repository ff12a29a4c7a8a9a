//! Fourier transforms.

use kql_types::{Column, Operand, ScalarType::Dynamic};
use rustfft::{FftPlanner, num_complex::Complex64};

use super::values::{SeriesReader, write_reals};
use crate::kernel::dynamic::dynamic_column;
use crate::scalar::signature::{DYNAMIC, columns, scalar_function};
use crate::{Call, ResultColumns, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&FFT, &IFFT];

scalar_function!(
    FFT, ["series_fft"],
    "The Fourier transform of a series of real or, with a second series, complex numbers: its real and its imaginary parts. <https://learn.microsoft.com/kusto/query/series-fft-function>",
    ["print x = series_fft(dynamic([1, 1, 1, 1]))" => "[4.0,0.0,0.0,0.0]"],
    ResultName::Columns(ResultColumns::Fixed { prefix: "series_fft", columns: &[("real", Dynamic), ("imag", Dynamic)] }),
    [columns(&[DYNAMIC, DYNAMIC], Dynamic, |call| Ok(transform(call, false))).at_least(1)],
);
scalar_function!(
    IFFT, ["series_ifft"],
    "The series whose Fourier transform has these real and, if given, imaginary parts. <https://learn.microsoft.com/kusto/query/series-ifft-function>",
    ["print x = series_ifft(dynamic([4, 0, 0, 0]))" => "[1.0,1.0,1.0,1.0]"],
    ResultName::Columns(ResultColumns::Fixed { prefix: "series_ifft", columns: &[("real", Dynamic), ("imag", Dynamic)] }),
    [columns(&[DYNAMIC, DYNAMIC], Dynamic, |call| Ok(transform(call, true))).at_least(1)],
);

fn transform(call: &Call<'_>, is_inverse: bool) -> Column {
    let reals = SeriesReader::new(&call.arguments[0]);
    let imaginaries = call.arguments.get(1).map(|operand: &Operand| SeriesReader::new(operand));
    let mut planner = FftPlanner::new();
    dynamic_column(call.rows, |row, out| {
        let real = reals.get(row)?.finite()?;
        let imaginary = match &imaginaries {
            Some(imaginaries) => imaginaries.get(row)?.finite()?,
            None => vec![0.0; real.len()],
        };
        if real.len() != imaginary.len() {
            return None;
        }
        let mut numbers: Vec<Complex64> =
            real.into_iter().zip(imaginary).map(|(re, im)| Complex64 { re, im }).collect();
        let scale = match is_inverse {
            true => {
                planner.plan_fft_inverse(numbers.len()).process(&mut numbers);
                1.0 / numbers.len() as f64
            }
            false => {
                planner.plan_fft_forward(numbers.len()).process(&mut numbers);
                1.0
            }
        };
        out.push('[');
        write_reals(out, numbers.iter().map(|number| number.re * scale));
        out.push(',');
        write_reals(out, numbers.iter().map(|number| number.im * scale));
        out.push(']');
        Some(())
    })
}

/// The sums of the products of the values with those `lag` places further on, for each lag from 0 to `most`. Takes time
/// n log n: the transform of the values, padded so that they do not wrap, squared and transformed back.
pub(super) fn lagged_products(values: &[f64], most: usize) -> Vec<f64> {
    let size = (values.len() + most + 1).next_power_of_two();
    let mut numbers = vec![Complex64::default(); size];
    for (number, value) in numbers.iter_mut().zip(values) {
        number.re = *value;
    }
    let mut planner = FftPlanner::new();
    planner.plan_fft_forward(size).process(&mut numbers);
    for number in &mut numbers {
        *number = Complex64 { re: number.norm_sqr(), im: 0.0 };
    }
    planner.plan_fft_inverse(size).process(&mut numbers);
    numbers.iter().take(most + 1).map(|number| number.re / size as f64).collect()
}
