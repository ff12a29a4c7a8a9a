//! Distances on the Earth.

use kql_types::{Column, Operand, Reals, ScalarType::Bool, ScalarType::Real, Value};

use super::signature::{columns, prepared, scalar_function};
use crate::kernel::rows;
use crate::{ArgumentInfo, BoundKernel, Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&DISTANCE_2POINTS, &POINT_IN_CIRCLE];

const NUMBER: ParameterType = ParameterType::Exact(Real);

/// Radius of the Earth as a sphere, in metres; that of the S2 library, by which the documented distances come out.
const EARTH_RADIUS: f64 = 6_371_010.0;

scalar_function!(
    DISTANCE_2POINTS, ["geo_distance_2points"],
    "The shortest distance between two places on the Earth, taken as a sphere, in metres; each place is longitude and latitude in degrees. Null for a place that does not exist. <https://learn.microsoft.com/kusto/query/geo-distance-2points-function>",
    ["print round(geo_distance_2points(-122.407628, 47.578557, -118.275287, 34.019056), 2)" => "1546754.35"],
    ResultName::Generated,
    [prepared(&[NUMBER, NUMBER, NUMBER, NUMBER, ParameterType::Literal(Bool)], Real, distance).at_least(4)],
);
scalar_function!(
    POINT_IN_CIRCLE, ["geo_point_in_circle"],
    "Whether the first place lies within that many metres of the second; each place is longitude and latitude in degrees. Null for a place that does not exist or a negative distance. <https://learn.microsoft.com/kusto/query/geo-point-in-circle-function>",
    ["print geo_point_in_circle(-122.143564, 47.535677, -122.100896, 47.527351, 3500)" => "True"],
    ResultName::Generated,
    [columns(&[NUMBER, NUMBER, NUMBER, NUMBER, NUMBER], Bool, in_circle)],
);

/// The fifth argument asks for the spheroid.
fn distance(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    if let Some(Some(Value::Bool(true))) = arguments.get(4).map(|given| given.constant) {
        return Err(KernelError::new("geo_distance_2points() on the spheroid is not supported yet"));
    }
    Ok(Box::new(|call| {
        let parts: Vec<_> = call.arguments[..4].iter().map(Operand::reals).collect();
        Ok(Column::Real(rows::reals(call.rows, |row| between(&parts, row))))
    }))
}

fn in_circle(call: &Call<'_>) -> Result<Column, KernelError> {
    let parts: Vec<_> = call.arguments.iter().map(Operand::reals).collect();
    Ok(Column::Bool(rows::bools(call.rows, |row| {
        let radius = parts[4].get(row).filter(|radius| *radius >= 0.0)?;
        Some(between(&parts, row)? <= radius)
    })))
}

/// The distance of the places that the first four arguments give.
fn between(parts: &[Reals<'_>], row: usize) -> Option<f64> {
    let from = (parts[0].get(row)?, parts[1].get(row)?);
    let to = (parts[2].get(row)?, parts[3].get(row)?);
    (exists(from) && exists(to)).then(|| haversine(from, to))
}

/// Whether longitude and latitude are within their ranges.
fn exists((longitude, latitude): (f64, f64)) -> bool {
    longitude.abs() <= 180.0 && latitude.abs() <= 90.0
}

fn haversine(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (from_latitude, to_latitude) = (from.1.to_radians(), to.1.to_radians());
    let longitudes = (to.0 - from.0).to_radians();
    let half = |angle: f64| (angle / 2.0).sin().powi(2);
    let chord =
        half(to_latitude - from_latitude) + from_latitude.cos() * to_latitude.cos() * half(longitudes);
    2.0 * EARTH_RADIUS * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use kql_types::Value::Real;

    use crate::testing::text;

    #[test]
    fn places_that_do_not_exist_have_no_distance() {
        let distance = |parts: [f64; 4]| text("geo_distance_2points", &parts.map(Real));
        assert_eq!(distance([300.0, 1.0, 1.0, 1.0]), "");
        assert_eq!(distance([0.0, 91.0, 1.0, 1.0]), "");
        assert_eq!(distance([5.0, 5.0, 5.0, 5.0]), "0.0");
        assert_eq!(
            distance([0.0, 90.0, 0.0, -90.0]),
            format!("{}", super::EARTH_RADIUS * std::f64::consts::PI)
        );
    }
}
