//! Series on each other.

use std::collections::HashMap;

use super::{Point, Series};

/// Each value with all before it in its series.
pub fn accumulate(series: &mut Series) {
    let mut sum = 0.0;
    for point in &mut series.points {
        if point.y.is_finite() {
            sum += point.y;
        }
        point.y = sum;
    }
}

/// Puts each series on those before it; what is less than zero hangs below. A series has a point, of nothing, wherever
/// another one has. `percent` makes all that stand at a place a hundred.
pub fn stack(series: &mut [Series], percent: bool) {
    let places = places(series);
    let mut tops = vec![0.0; places.len()];
    let mut bottoms = vec![0.0; places.len()];
    let mut totals = vec![0.0; places.len()];
    let mut all: Vec<Vec<f64>> = Vec::new();
    for one in series.iter() {
        let mut values = vec![0.0; places.len()];
        let found: HashMap<u64, usize> =
            places.iter().enumerate().map(|(place, x)| (x.to_bits(), place)).collect();
        for point in one.points.iter().filter(|point| point.y.is_finite()) {
            if let Some(&place) = found.get(&point.x.to_bits()) {
                values[place] += point.y;
                totals[place] += point.y.abs();
            }
        }
        all.push(values);
    }
    for (one, values) in series.iter_mut().zip(all) {
        let stacked = values.into_iter().enumerate().map(|(place, value)| {
            let whole: f64 = totals[place];
            let value = if percent && whole > 0.0 { value / whole * 100.0 } else { value };
            let side: &mut f64 = if value < 0.0 { &mut bottoms[place] } else { &mut tops[place] };
            let base = *side;
            *side += value;
            Point { x: places[place], base, y: base + value }
        });
        one.points = stacked.collect();
    }
}

/// All places on the x axis at which a series has a value.
fn places(series: &[Series]) -> Vec<f64> {
    let points = series.iter().flat_map(|one| &one.points);
    let mut places: Vec<f64> = points.filter(|point| point.y.is_finite()).map(|point| point.x).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    places
}
