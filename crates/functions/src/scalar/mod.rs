//! Scalar functions and operators, one file a family.

mod addresses;
mod arrays;
mod bags;
mod conditional;
pub mod conversion;
mod formats;
mod geo;
mod hashes;
mod nulls;
mod numbers;
pub mod operators;
pub mod parsing;
mod series;
mod signature;
mod size;
mod sketches;
mod text;
mod time;
mod units;
mod window;

pub use series::anomalies::DecomposedSeries;

use crate::ScalarFunction;

/// The families.
#[rustfmt::skip]
pub static FAMILIES: &[&[&ScalarFunction]] = &[
    addresses::compare::FUNCTIONS,
    addresses::location::FUNCTIONS,
    addresses::parse::FUNCTIONS,
    addresses::ranges::FUNCTIONS,
    addresses::search::FUNCTIONS,
    arrays::build::FUNCTIONS,
    arrays::reorder::FUNCTIONS,
    arrays::search::FUNCTIONS,
    arrays::sets::FUNCTIONS,
    arrays::slice::FUNCTIONS,
    arrays::sort::FUNCTIONS,
    bags::build::FUNCTIONS,
    bags::change::FUNCTIONS,
    bags::inspect::FUNCTIONS,
    conditional::FUNCTIONS,
    conversion::FUNCTIONS,
    geo::FUNCTIONS,
    hashes::FUNCTIONS,
    formats::base64::FUNCTIONS,
    formats::command_line::FUNCTIONS,
    formats::compression::FUNCTIONS,
    formats::csv::FUNCTIONS,
    formats::json_path::FUNCTIONS,
    formats::path::FUNCTIONS,
    formats::punycode::FUNCTIONS,
    formats::url::FUNCTIONS,
    formats::url_parts::FUNCTIONS,
    formats::user_agent::FUNCTIONS,
    formats::version::FUNCTIONS,
    formats::xml::FUNCTIONS,
    nulls::FUNCTIONS,
    numbers::angles::FUNCTIONS,
    numbers::binning::FUNCTIONS,
    numbers::bits::FUNCTIONS,
    numbers::bytes::FUNCTIONS,
    numbers::chance::FUNCTIONS,
    numbers::distributions::FUNCTIONS,
    numbers::finite::FUNCTIONS,
    numbers::powers::FUNCTIONS,
    numbers::rounding::FUNCTIONS,
    operators::access::FUNCTIONS,
    operators::arithmetic::FUNCTIONS,
    operators::equality::FUNCTIONS,
    operators::ordering::FUNCTIONS,
    operators::membership::FUNCTIONS,
    operators::logic::FUNCTIONS,
    operators::text::FUNCTIONS,
    operators::text_lists::FUNCTIONS,
    operators::regex::FUNCTIONS,
    size::FUNCTIONS,
    sketches::FUNCTIONS,
    series::aggregate::FUNCTIONS,
    series::anomalies::FUNCTIONS,
    series::binary::FUNCTIONS,
    series::decompose::FUNCTIONS,
    series::fill::FUNCTIONS,
    series::filter::FUNCTIONS,
    series::fit::FUNCTIONS,
    series::fourier::FUNCTIONS,
    series::outliers::FUNCTIONS,
    series::polynomial::FUNCTIONS,
    series::stats::FUNCTIONS,
    series::unary::FUNCTIONS,
    text::strings::FUNCTIONS,
    text::concatenation::FUNCTIONS,
    text::characters::FUNCTIONS,
    text::split::FUNCTIONS,
    text::search::FUNCTIONS,
    text::replace::FUNCTIONS,
    text::trim::FUNCTIONS,
    text::extract::FUNCTIONS,
    time::build::FUNCTIONS,
    time::calendar::FUNCTIONS,
    time::clock::FUNCTIONS,
    time::format::FUNCTIONS,
    time::parts::FUNCTIONS,
    time::periods::FUNCTIONS,
    time::zones::FUNCTIONS,
    units::FUNCTIONS,
    window::neighbours::FUNCTIONS,
    window::numbering::FUNCTIONS,
    window::running::FUNCTIONS,
];
