//! Conversion between units of measure. <https://learn.microsoft.com/kusto/query/convert-length-function> and siblings.

mod tables;

use kql_types::{Column, Operand, ScalarType};

use self::tables::{Measure, Unit};
use super::signature::{TEXT, columns, scalar_function};
use crate::ResultName::Generated;
use crate::kernel::rows::reals;
use crate::scalar::conversion::convert;
use crate::{Call, KernelError, ParameterType, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[
    &CONVERT_ANGLE,
    &CONVERT_ENERGY,
    &CONVERT_FORCE,
    &CONVERT_LENGTH,
    &CONVERT_MASS,
    &CONVERT_SPEED,
    &CONVERT_TEMPERATURE,
    &CONVERT_VOLUME,
];

macro_rules! conversion {
    ($constant:ident, $name:literal, $doc:literal, $units:ident, [$($query:literal => $result:literal),+]) => {
        scalar_function!(
            $constant, [$name],
            $doc,
            [$($query => $result),+],
            Generated,
            [columns(&[ParameterType::Number, TEXT, TEXT], ScalarType::Real, |call| {
                converted(call, tables::$units)
            })],
        );
    };
}

conversion!(CONVERT_ANGLE, "convert_angle", "An angle given in the second argument's unit, in the third's; null if a unit is unknown.", ANGLES, [
    "print round(convert_angle(1.2, 'Degree', 'Arcminute'), 9)" => "72.0"
]);
conversion!(CONVERT_ENERGY, "convert_energy", "An energy given in the second argument's unit, in the third's; null if a unit is unknown.", ENERGIES, [
    "print round(convert_energy(1.2, 'Joule', 'BritishThermalUnit'), 9)" => "0.001137381"
]);
conversion!(CONVERT_FORCE, "convert_force", "A force given in the second argument's unit, in the third's; null if a unit is unknown.", FORCES, [
    "print convert_force(1.2, 'Newton', 'Decanewton')" => "0.12"
]);
conversion!(CONVERT_LENGTH, "convert_length", "A length given in the second argument's unit, in the third's; null if a unit is unknown.", LENGTHS, [
    "print round(convert_length(1.2, 'Meter', 'Foot'), 6)" => "3.937008",
    "print convert_length(1.2, 'Meter', 'meter')" => ""
]);
conversion!(CONVERT_MASS, "convert_mass", "A mass given in the second argument's unit, in the third's; null if a unit is unknown.", MASSES, [
    "print round(convert_mass(1.2, 'Kilogram', 'Pound'), 6)" => "2.645547"
]);
conversion!(CONVERT_SPEED, "convert_speed", "A speed given in the second argument's unit, in the third's; null if a unit is unknown.", SPEEDS, [
    "print convert_speed(1.2, 'MeterPerSecond', 'CentimeterPerHour')" => "432000.0"
]);
conversion!(CONVERT_TEMPERATURE, "convert_temperature", "A temperature given in the second argument's unit, in the third's; null if a unit is unknown.", TEMPERATURES, [
    "print convert_temperature(1.2, 'Kelvin', 'DegreeCelsius')" => "-271.95"
]);
conversion!(CONVERT_VOLUME, "convert_volume", "A volume given in the second argument's unit, in the third's; null if a unit is unknown.", VOLUMES, [
    "print round(convert_volume(1.2, 'CubicMeter', 'AcreFoot'), 10)" => "0.0009728568"
]);

fn converted(call: &Call<'_>, units: &'static [Unit]) -> Result<Column, KernelError> {
    let [value, from, to] = call.arguments else {
        return Err(KernelError::new("a conversion takes a value and two units"));
    };
    let value = convert(value, ScalarType::Real);
    let (value, mut from, mut to) = (value.reals(), Named::new(from, units), Named::new(to, units));
    Ok(Column::Real(reals(call.rows, |row| {
        let (value, from, to) = (value.get(row)?, from.get(row)?, to.get(row)?);
        Some(match (from.measure, to.measure) {
            // Straight, so that no digits are lost on the way through a third unit.
            (Measure::Ratio(numerator, denominator), Measure::Ratio(to, over)) => {
                value * (numerator * over) / (denominator * to)
            }
            (from, to) => to.of_base(from.in_base(value)),
        })
    })))
}

impl Measure {
    fn in_base(self, value: f64) -> f64 {
        match self {
            Self::Ratio(numerator, denominator) => value * numerator / denominator,
            Self::ScaleAndOffset(scale, offset) => value * scale + offset,
            Self::Sine => value.asin(),
        }
    }

    fn of_base(self, value: f64) -> f64 {
        match self {
            Self::Ratio(numerator, denominator) => value * denominator / numerator,
            Self::ScaleAndOffset(scale, offset) => (value - offset) / scale,
            Self::Sine => value.sin(),
        }
    }
}

/// The units that a column of names means. Mostly all rows have the same name, so the last one found is tried first.
struct Named<'a> {
    names: kql_types::Strings<'a>,
    units: &'static [Unit],
    last: Option<&'static Unit>,
}

impl<'a> Named<'a> {
    fn new(names: &'a Operand, units: &'static [Unit]) -> Self {
        Self { names: names.strings(), units, last: None }
    }

    fn get(&mut self, row: usize) -> Option<&'static Unit> {
        let name = self.names.text(row);
        if self.last.is_none_or(|last| last.name != name) {
            self.last = self.units.iter().find(|unit| unit.name == name);
        }
        self.last
    }
}
