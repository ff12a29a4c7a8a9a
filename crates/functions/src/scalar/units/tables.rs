//! What units amount to, by the names that the documentation lists.

use std::f64::consts::PI;

/// A unit.
pub struct Unit {
    /// As the documentation spells it; letter case matters.
    pub name: &'static str,
    /// What one of them is.
    pub measure: Measure,
}

/// How a number of units is turned into the unit that its table is in.
#[derive(Clone, Copy)]
pub enum Measure {
    /// `numerator * x / denominator`: two numbers, so that decimal fractions stay exact.
    Ratio(f64, f64),
    /// `scale * x + offset`
    ScaleAndOffset(f64, f64),
    /// The angle whose sine is `x`.
    Sine,
}

const fn unit(name: &'static str, scale: f64) -> Unit {
    ratio(name, scale, 1.0)
}

const fn ratio(name: &'static str, numerator: f64, denominator: f64) -> Unit {
    Unit { name, measure: Measure::Ratio(numerator, denominator) }
}

const fn shifted(name: &'static str, scale: f64, offset: f64) -> Unit {
    Unit { name, measure: Measure::ScaleAndOffset(scale, offset) }
}

const INCH: f64 = 0.0254;
const FOOT: f64 = 0.3048;
const YARD: f64 = 0.9144;
const MILE: f64 = 1609.344;
const NAUTICAL_MILE: f64 = 1852.0;
const LIGHT_YEAR: f64 = 9.46073047258e15;
const PARSEC: f64 = 3.08567758128e16;
const POUND: f64 = 0.45359237;
/// Standard gravity, in meters a second squared.
const GRAVITY: f64 = 9.80665;
const POUND_FORCE: f64 = POUND * GRAVITY;
const BRITISH_THERMAL_UNIT: f64 = 1055.05585262;
const ELECTRON_VOLT: f64 = 1.602176634e-19;
const CUBIC_FOOT: f64 = FOOT * FOOT * FOOT;
/// Acre-feet in a cubic meter, rounded as the engine was measured to have them.
const PER_ACRE_FOOT: f64 = 0.000810714;
const US_GALLON: f64 = INCH * INCH * INCH * 231.0;
const IMPERIAL_GALLON: f64 = 0.00454609;

/// Radians.
pub static ANGLES: &[Unit] = &[
    unit("Radian", 1.0),
    ratio("Centiradian", 1.0, 1e2),
    ratio("Deciradian", 1.0, 1e1),
    ratio("Milliradian", 1.0, 1e3),
    ratio("Microradian", 1.0, 1e6),
    ratio("Nanoradian", 1.0, 1e9),
    ratio("Degree", PI, 180.0),
    ratio("Millidegree", PI, 180e3),
    ratio("Microdegree", PI, 180e6),
    ratio("Nanodegree", PI, 180e9),
    ratio("Arcminute", PI, 180.0 * 60.0),
    ratio("Arcsecond", PI, 180.0 * 3600.0),
    ratio("Gradian", PI, 200.0),
    ratio("NatoMil", PI, 3200.0),
    unit("Revolution", 2.0 * PI),
    Unit { name: "Tilt", measure: Measure::Sine },
];

/// Joules.
pub static ENERGIES: &[Unit] = &[
    unit("Joule", 1.0),
    ratio("Millijoule", 1.0, 1e3),
    unit("Kilojoule", 1e3),
    unit("Megajoule", 1e6),
    unit("Gigajoule", 1e9),
    unit("Calorie", 4.184),
    unit("Kilocalorie", 4.184e3),
    unit("Megacalorie", 4.184e6),
    unit("BritishThermalUnit", BRITISH_THERMAL_UNIT),
    unit("KilobritishThermalUnit", BRITISH_THERMAL_UNIT * 1e3),
    unit("MegabritishThermalUnit", BRITISH_THERMAL_UNIT * 1e6),
    unit("GigabritishThermalUnit", BRITISH_THERMAL_UNIT * 1e9),
    unit("ElectronVolt", ELECTRON_VOLT),
    unit("KiloelectronVolt", ELECTRON_VOLT * 1e3),
    unit("MegaelectronVolt", ELECTRON_VOLT * 1e6),
    unit("GigaelectronVolt", ELECTRON_VOLT * 1e9),
    unit("TeraelectronVolt", ELECTRON_VOLT * 1e12),
    unit("FootPound", FOOT * POUND_FORCE),
    ratio("Erg", 1.0, 1e7),
    unit("WattHour", 3600.0),
    unit("KilowattHour", 3600e3),
    unit("MegawattHour", 3600e6),
    unit("GigawattHour", 3600e9),
    unit("TerawattHour", 3600e12),
    unit("WattDay", 86400.0),
    unit("KilowattDay", 86400e3),
    unit("MegawattDay", 86400e6),
    unit("GigawattDay", 86400e9),
    unit("TerawattDay", 86400e12),
    unit("HorsepowerHour", 550.0 * FOOT * POUND_FORCE * 3600.0),
    unit("ThermEc", BRITISH_THERMAL_UNIT * 1e5),
    unit("DecathermEc", BRITISH_THERMAL_UNIT * 1e6),
    unit("ThermUs", 1.054804e8),
    unit("DecathermUs", 1.054804e9),
    unit("ThermImperial", 1.05505585257348e8),
    unit("DecathermImperial", 1.05505585257348e9),
];

/// Newtons.
pub static FORCES: &[Unit] = &[
    unit("Newton", 1.0),
    ratio("Micronewton", 1.0, 1e6),
    ratio("Millinewton", 1.0, 1e3),
    unit("Decanewton", 1e1),
    unit("Kilonewton", 1e3),
    unit("Meganewton", 1e6),
    ratio("Dyn", 1.0, 1e5),
    unit("KilogramForce", GRAVITY),
    unit("KiloPond", GRAVITY),
    unit("TonneForce", GRAVITY * 1e3),
    ratio("OunceForce", POUND_FORCE, 16.0),
    unit("PoundForce", POUND_FORCE),
    unit("KilopoundForce", POUND_FORCE * 1e3),
    unit("ShortTonForce", POUND_FORCE * 2e3),
    unit("Poundal", POUND * FOOT),
];

/// Meters.
pub static LENGTHS: &[Unit] = &[
    unit("Meter", 1.0),
    ratio("Nanometer", 1.0, 1e9),
    ratio("Micrometer", 1.0, 1e6),
    ratio("Millimeter", 1.0, 1e3),
    ratio("Centimeter", 1.0, 1e2),
    ratio("Decimeter", 1.0, 1e1),
    unit("Decameter", 1e1),
    unit("Hectometer", 1e2),
    unit("Kilometer", 1e3),
    ratio("Angstrom", 1.0, 1e10),
    unit("Inch", INCH),
    ratio("Microinch", INCH, 1e6),
    ratio("Mil", INCH, 1e3),
    unit("Hand", INCH * 4.0),
    unit("Foot", FOOT),
    ratio("UsSurveyFoot", 1200.0, 3937.0),
    unit("Yard", YARD),
    unit("Fathom", FOOT * 6.0),
    unit("Chain", FOOT * 66.0),
    unit("Shackle", FOOT * 90.0),
    unit("Mile", MILE),
    unit("DataMile", FOOT * 6000.0),
    unit("NauticalMile", NAUTICAL_MILE),
    ratio("DtpPica", INCH, 6.0),
    ratio("DtpPoint", INCH, 72.0),
    ratio("PrinterPica", INCH * 400.0, 2409.0),
    ratio("PrinterPoint", INCH, 72.27),
    ratio("Twip", INCH, 1440.0),
    unit("AstronomicalUnit", 1.495978707e11),
    unit("SolarRadius", 6.957e8),
    unit("LightYear", LIGHT_YEAR),
    unit("KilolightYear", LIGHT_YEAR * 1e3),
    unit("MegalightYear", LIGHT_YEAR * 1e6),
    unit("Parsec", PARSEC),
    unit("Kiloparsec", PARSEC * 1e3),
    unit("Megaparsec", PARSEC * 1e6),
];

/// Kilograms.
pub static MASSES: &[Unit] = &[
    unit("Kilogram", 1.0),
    ratio("Nanogram", 1.0, 1e12),
    ratio("Microgram", 1.0, 1e9),
    ratio("Milligram", 1.0, 1e6),
    ratio("Centigram", 1.0, 1e5),
    ratio("Decigram", 1.0, 1e4),
    ratio("Gram", 1.0, 1e3),
    ratio("Decagram", 1.0, 1e2),
    ratio("Hectogram", 1.0, 1e1),
    unit("Tonne", 1e3),
    unit("Kilotonne", 1e6),
    unit("Megatonne", 1e9),
    ratio("Grain", POUND, 7000.0),
    ratio("Ounce", POUND, 16.0),
    unit("Pound", POUND),
    unit("Kilopound", POUND * 1e3),
    unit("Megapound", POUND * 1e6),
    unit("Stone", POUND * 14.0),
    unit("ShortHundredweight", POUND * 100.0),
    unit("LongHundredweight", POUND * 112.0),
    unit("ShortTon", POUND * 2000.0),
    unit("LongTon", POUND * 2240.0),
    ratio("Slug", POUND * GRAVITY, FOOT),
    unit("EarthMass", 5.9722e24),
    unit("SolarMass", 1.98947e30),
];

/// Meters a second.
pub static SPEEDS: &[Unit] = &[
    ratio("NanometerPerSecond", 1.0, 1e9),
    ratio("NanometerPerMinute", 1.0, 1e9 * 60.0),
    ratio("MicrometerPerSecond", 1.0, 1e6),
    ratio("MicrometerPerMinute", 1.0, 1e6 * 60.0),
    ratio("MillimeterPerSecond", 1.0, 1e3),
    ratio("MillimeterPerMinute", 1.0, 1e3 * 60.0),
    ratio("MillimeterPerHour", 1.0, 1e3 * 3600.0),
    ratio("CentimeterPerSecond", 1.0, 1e2),
    ratio("CentimeterPerMinute", 1.0, 1e2 * 60.0),
    ratio("CentimeterPerHour", 1.0, 1e2 * 3600.0),
    ratio("DecimeterPerSecond", 1.0, 1e1),
    ratio("DecimeterPerMinute", 1.0, 1e1 * 60.0),
    unit("MeterPerSecond", 1.0),
    ratio("MeterPerMinute", 1.0, 60.0),
    ratio("MeterPerHour", 1.0, 3600.0),
    unit("KilometerPerSecond", 1e3),
    ratio("KilometerPerMinute", 1e3, 60.0),
    ratio("KilometerPerHour", 1e3, 3600.0),
    unit("InchPerSecond", INCH),
    ratio("InchPerMinute", INCH, 60.0),
    ratio("InchPerHour", INCH, 3600.0),
    unit("FootPerSecond", FOOT),
    ratio("FootPerMinute", FOOT, 60.0),
    ratio("FootPerHour", FOOT, 3600.0),
    ratio("UsSurveyFootPerSecond", 1200.0, 3937.0),
    ratio("UsSurveyFootPerMinute", 1200.0, 3937.0 * 60.0),
    ratio("UsSurveyFootPerHour", 1200.0, 3937.0 * 3600.0),
    unit("YardPerSecond", YARD),
    ratio("YardPerMinute", YARD, 60.0),
    ratio("YardPerHour", YARD, 3600.0),
    ratio("MilePerHour", MILE, 3600.0),
    ratio("Knot", NAUTICAL_MILE, 3600.0),
];

/// Cubic meters.
pub static VOLUMES: &[Unit] = &[
    unit("CubicMeter", 1.0),
    unit("HectocubicMeter", 1e2),
    unit("KilocubicMeter", 1e3),
    ratio("CubicMicrometer", 1.0, 1e18),
    ratio("CubicMillimeter", 1.0, 1e9),
    ratio("CubicCentimeter", 1.0, 1e6),
    ratio("CubicDecimeter", 1.0, 1e3),
    unit("CubicHectometer", 1e6),
    unit("CubicKilometer", 1e9),
    ratio("Microliter", 1.0, 1e9),
    ratio("Milliliter", 1.0, 1e6),
    ratio("Centiliter", 1.0, 1e5),
    ratio("Deciliter", 1.0, 1e4),
    ratio("Liter", 1.0, 1e3),
    ratio("Decaliter", 1.0, 1e2),
    ratio("Hectoliter", 1.0, 1e1),
    unit("Kiloliter", 1.0),
    unit("Megaliter", 1e3),
    unit("CubicInch", INCH * INCH * INCH),
    ratio("BoardFoot", CUBIC_FOOT, 12.0),
    unit("CubicFoot", CUBIC_FOOT),
    unit("HectocubicFoot", CUBIC_FOOT * 1e2),
    unit("KilocubicFoot", CUBIC_FOOT * 1e3),
    unit("MegacubicFoot", CUBIC_FOOT * 1e6),
    unit("CubicYard", YARD * YARD * YARD),
    unit("CubicMile", MILE * MILE * MILE),
    ratio("AcreFoot", 1.0, PER_ACRE_FOOT),
    unit("OilBarrel", US_GALLON * 42.0),
    unit("UsBeerBarrel", US_GALLON * 31.0),
    ratio("DeciusGallon", US_GALLON, 10.0),
    unit("UsGallon", US_GALLON),
    unit("DecausGallon", US_GALLON * 1e1),
    unit("HectousGallon", US_GALLON * 1e2),
    unit("KilousGallon", US_GALLON * 1e3),
    unit("MegausGallon", US_GALLON * 1e6),
    ratio("UsQuart", US_GALLON, 4.0),
    ratio("UsPint", US_GALLON, 8.0),
    ratio("UsCustomaryCup", US_GALLON, 16.0),
    unit("UsLegalCup", 2.4e-4),
    ratio("UsOunce", US_GALLON, 128.0),
    ratio("UsTablespoon", US_GALLON, 256.0),
    ratio("UsTeaspoon", US_GALLON, 768.0),
    unit("ImperialBeerBarrel", IMPERIAL_GALLON * 36.0),
    unit("ImperialGallon", IMPERIAL_GALLON),
    unit("KiloimperialGallon", IMPERIAL_GALLON * 1e3),
    unit("MegaimperialGallon", IMPERIAL_GALLON * 1e6),
    ratio("ImperialPint", IMPERIAL_GALLON, 8.0),
    ratio("ImperialOunce", IMPERIAL_GALLON, 160.0),
    unit("MetricCup", 2.5e-4),
    unit("MetricTeaspoon", 5e-6),
    unit("AuTablespoon", 2e-5),
    unit("UkTablespoon", 1.5e-5),
];

/// Kelvins.
#[rustfmt::skip]
pub static TEMPERATURES: &[Unit] = &[
    unit("Kelvin", 1.0),
    shifted("DegreeCelsius", 1.0, 273.15),
    shifted("MillidegreeCelsius", 1e-3, 273.15),
    shifted("DegreeDelisle", -2.0 / 3.0, 373.15),
    shifted("DegreeFahrenheit", 5.0 / 9.0, 459.67 * 5.0 / 9.0),
    shifted("DegreeNewton", 100.0 / 33.0, 273.15),
    ratio("DegreeRankine", 5.0, 9.0),
    shifted("DegreeReaumur", 1.25, 273.15),
    shifted("DegreeRoemer", 40.0 / 21.0, 273.15 - 7.5 * 40.0 / 21.0),
    unit("SolarTemperature", 5778.0),
];
