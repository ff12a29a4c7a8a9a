//! What stands out of lines of which the query does not say it.
//!
//! The page of the anomaly chart: it highlights anomalies using `series_decompose_anomalies()`.

use kql_functions::scalar::DecomposedSeries;

use super::{Point, Series};

/// Marks what stands out of each series. Of a single one the baseline is drawn too; those of several would hide them.
pub fn mark(series: &mut Vec<Series>) {
    let is_only = series.len() == 1;
    for at in 0..series.len() {
        let Series { name, points, .. } = &series[at];
        let known = |y: f64| Some(y).filter(|y| y.is_finite());
        let found = DecomposedSeries::of(points.iter().map(|point| known(point.y)).collect());
        let expected = points.iter().zip(&found.baseline).map(|(point, &y)| Point { y, ..*point });
        let baseline = Series { name: format!("{name} baseline"), marks: false, points: expected.collect() };
        let odd = points.iter().zip(&found.flags).filter(|(_, flag)| **flag != 0).map(|(point, _)| *point);
        let odd = Series { name: format!("{name} anomalies"), marks: true, points: odd.collect() };
        series.extend(is_only.then_some(baseline));
        series.extend(Some(odd).filter(|odd| !odd.points.is_empty()));
    }
}
