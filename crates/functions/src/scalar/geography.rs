//! Distances on Earth, taken for a sphere.

use kql_types::{Column, ScalarType, Value};

use super::numbers::real::map_all_reals;
use super::signature::{columns, prepared, scalar_function};
use crate::ResultName::Generated;
use crate::{ArgumentInfo, BoundKernel, Call, KernelError, ParameterType, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&GEO_DISTANCE_2POINTS, &GEO_POINT_IN_CIRCLE];

/// In meters. With it the documented distance between Seattle and Los Angeles comes out to the last digit.
const EARTH_RADIUS: f64 = 6_371_010.0;

const NUMBER: ParameterType = ParameterType::Number;

scalar_function!(
    GEO_DISTANCE_2POINTS, ["geo_distance_2points"],
    "The distance in meters between two points, each given by longitude and latitude; null if they are not on Earth.",
    [
        "print round(geo_distance_2points(-122.407628, 47.578557, -118.275287, 34.019056), 8)" => "1546754.35197381",
        "print geo_distance_2points(300, 1, 1, 1)" => "",
    ],
    Generated,
    [prepared(
        &[NUMBER, NUMBER, NUMBER, NUMBER, ParameterType::Literal(ScalarType::Bool)],
        ScalarType::Real,
        between_points,
    )
    .at_least(4)],
);
scalar_function!(
    GEO_POINT_IN_CIRCLE, ["geo_point_in_circle"],
    "Whether a point lies within that many meters of another, both given by longitude and latitude.",
    [
        "print geo_point_in_circle(-122.143564, 47.535677, -122.100896, 47.527351, 3500)" => "True",
        "print geo_point_in_circle(0, 0, 0, 91, 1)" => "",
    ],
    Generated,
    [columns(&[NUMBER, NUMBER, NUMBER, NUMBER, NUMBER], ScalarType::Bool, in_circle)],
);

/// The fifth argument asks for the spheroid.
fn between_points(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    if let Some(Some(Value::Bool(true))) = arguments.get(4).map(|given| given.constant) {
        return Err(KernelError::new("geo_distance_2points() on the spheroid is not supported yet"));
    }
    Ok(Box::new(|call| {
        let points = Call { arguments: &call.arguments[..4], ..*call };
        map_all_reals(&points, |[longitude, latitude, other_longitude, other_latitude]| {
            distance((longitude, latitude), (other_longitude, other_latitude))
        })
    }))
}

fn in_circle(call: &Call<'_>) -> Result<Column, KernelError> {
    // How far inside the circle a point lies: negative outside.
    let inside = map_all_reals(call, |[longitude, latitude, center_longitude, center_latitude, radius]| {
        let distance = distance((longitude, latitude), (center_longitude, center_latitude))?;
        (radius >= 0.0).then_some(radius - distance)
    })?;
    let Column::Real(inside) = inside else {
        return Err(KernelError::new("a distance is a real"));
    };
    Ok(Column::Bool(inside.iter().map(|margin| margin.map(|margin| margin >= 0.0)).collect()))
}

/// The distance on a great circle between two points, longitude first.
fn distance(from: (f64, f64), to: (f64, f64)) -> Option<f64> {
    if !is_on_earth(from) || !is_on_earth(to) {
        return None;
    }
    let half_sine = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin();
    let (east, north) = (half_sine(from.0, to.0), half_sine(from.1, to.1));
    let squared = north * north + east * east * from.1.to_radians().cos() * to.1.to_radians().cos();
    Some(EARTH_RADIUS * 2.0 * squared.sqrt().min(1.0).asin())
}

fn is_on_earth((longitude, latitude): (f64, f64)) -> bool {
    longitude.abs() <= 180.0 && latitude.abs() <= 90.0
}
