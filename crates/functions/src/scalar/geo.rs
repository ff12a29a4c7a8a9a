//! Distances on the Earth.

use kql_types::{Column, Operand, ScalarType::Real};

use super::signature::{columns, scalar_function};
use crate::kernel::rows;
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&DISTANCE_2POINTS];

const NUMBER: ParameterType = ParameterType::Exact(Real);

/// Radius of the Earth as a sphere, in metres; that of the S2 library, by which the documented distances come out.
const EARTH_RADIUS: f64 = 6_371_010.0;

scalar_function!(
    DISTANCE_2POINTS, ["geo_distance_2points"],
    "The shortest distance between two places on the Earth, taken as a sphere, in metres; each place is longitude and latitude in degrees. Null for a place that does not exist. <https://learn.microsoft.com/kusto/query/geo-distance-2points-function>",
    ["print round(geo_distance_2points(-122.407628, 47.578557, -118.275287, 34.019056), 2)" => "1546754.35"],
    ResultName::Generated,
    [columns(&[NUMBER, NUMBER, NUMBER, NUMBER], Real, distance)],
);

fn distance(call: &Call<'_>) -> Result<Column, KernelError> {
    let parts: Vec<_> = call.arguments.iter().map(Operand::reals).collect();
    Ok(Column::Real(rows::reals(call.rows, |row| {
        let from = (parts[0].get(row)?, parts[1].get(row)?);
        let to = (parts[2].get(row)?, parts[3].get(row)?);
        (exists(from) && exists(to)).then(|| haversine(from, to))
    })))
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
