//! What the emulator answered, what the documentation shows, and edges.

use kql_types::dynamic::Json;
use kql_types::{ScalarType, Value};

use crate::testing::{call, d, l, s, text};

const NULL: Value = Value::Null(ScalarType::Dynamic);

#[track_caller]
fn check(name: &str, values: &[Value], expected: &str) {
    assert_eq!(text(name, values), expected, "{name}{values:?}");
}

/// The numbers in an answer's array, or in its element at that position.
fn numbers(name: &str, values: &[Value], position: Option<i64>) -> Vec<f64> {
    let json = text(name, values);
    let array = Json::new(&json);
    let array = position.map_or(array, |position| array.index(position).unwrap());
    array.elements().map(|element| element.as_f64().unwrap()).collect()
}

#[track_caller]
fn assert_close(left: &[f64], right: &[f64], tolerance: f64) {
    assert_eq!(left.len(), right.len(), "{left:?} {right:?}");
    for (a, b) in left.iter().zip(right) {
        assert!((a - b).abs() <= tolerance, "{left:?} {right:?}");
    }
}

#[test]
fn elements_are_computed_one_by_one() {
    check("series_add", &[d("[2,4,8]"), d("[8,4,2]")], "[10,8,10]");
    check("series_subtract", &[d("[1,2,4]"), d("[4,2,1]")], "[-3,0,3]");
    check("series_divide", &[d("[1,0]"), d("[0,0]")], r#"["inf","NaN"]"#);
    check("series_add", &[d(r#"["inf","x",true]"#), d("[1,1,1]")], r#"["inf",null,null]"#);
    check("series_add", &[d("[1,2]"), NULL], "");
    check("series_add", &[d("[1,2]"), d("{}")], "");
    check("series_multiply", &[d("[1,2]"), Value::Real(0.5)], "[0.5,1.0]");
    check("series_subtract", &[l(1), d("[1,2]")], "[0,-1]");
    check("series_pow", &[d("[1,2,3,4]"), d("[1,2,3,0.5]")], "[1.0,4.0,27.0,2.0]");
    check("series_less", &[d("[9007199254740993]"), d("[9007199254740992]")], "[false]");
    check("series_equals", &[d("[1,1.5]"), d("[1.0,null]")], "[true,null]");
    check("series_cos", &[d("[-1,0,1]")], "[0.5403023058681398,1.0,0.5403023058681398]");
    let tangents = numbers("series_tan", &[d("[-1,0,1]")], None);
    assert_close(&tangents, &[-1.5574077246549023, 0.0, 1.5574077246549023], 1e-15);
    check("series_log", &[d("[1,2,3,null,\"a\"]")], "[0.0,0.6931471805599453,1.0986122886681098,null,null]");
    check("series_abs", &[NULL], "");
}

#[test]
fn series_become_numbers() {
    check("array_sum", &[d("[1,2,3,4]")], "10.0");
    check("series_sum", &[d("[]")], "");
    check("series_sum", &[d("[1,null,\"a\",2]")], "3.0");
    check("series_magnitude", &[d("[1,2,3,4]")], "5.477225575051661");
    check("series_dot_product", &[d("[1,2,4]"), d("[4,2]")], "8.0");
    check("series_dot_product", &[d("[]"), d("[4,2]")], "");
    check("series_dot_product", &[l(2), d("[2,4,8]")], "28.0");
    let similarity = text("series_cosine_similarity", &[d("[0.1,0.2,0.1,0.2]"), d("[0.11,0.2,0.11,0.21]")]);
    assert_close(&[similarity.parse().unwrap()], &[0.9993534382550399], 1e-12);
    check("series_cosine_similarity", &[d("[3,4]"), d("[4,3]"), Value::Real(5.0), Value::Real(10.0)], "0.48");
    check("series_pearson_correlation", &[d("[1,2,3,4,5]"), d("[2,4,6,8,10]")], "1.0");
    check("series_pearson_correlation", &[d("[1,2]"), d("[2,4,6]")], "");
}

#[test]
fn statistics_of_a_series() {
    let series = d("[23,46,23,87,4,8,3,75,2,56,13,75,32,16,29]");
    check(
        "series_stats",
        std::slice::from_ref(&series),
        "[2.0,8,87.0,3,32.8,28.50363385354827,812.4571428571429]",
    );
    check(
        "series_stats_dynamic",
        &[series],
        r#"{"min":2.0,"min_idx":8,"max":87.0,"max_idx":3,"avg":32.8,"stdev":28.50363385354827,"variance":812.4571428571429,"sum":492.0,"len":15}"#,
    );
    check("series_stats", &[d("[1,null,3]")], "[null,null,null,null,null,null,null]");
    check("series_stats", &[d("[null,1,3]"), Value::Bool(true)], "[1.0,1,3.0,2,2.0,1.4142135623730952,2.0]");
}

#[test]
fn gaps_are_filled() {
    check(
        "series_fill_backward",
        &[d("[111,null,36,41,null,null,16,61,33,null,null]")],
        "[111,36,36,41,16,16,16,61,33,null,null]",
    );
    check("series_fill_forward", &[d("[null,null,36,41,null,null,16]")], "[null,null,36,41,41,41,16]");
    check("series_fill_forward", &[d("[1,0,2,0.0]"), l(0)], "[1,1,2,2]");
    check("series_fill_const", &[d("[111,null,36]"), l(-1)], "[111,-1,36]");
    check("series_fill_const", &[d("[1,null]")], "[1,0]");
    let holes = d("[null,111.0,null,36.0,41.0,null,null,16.0,61.0,33.0,null,null]");
    let filled = numbers("series_fill_linear", std::slice::from_ref(&holes), None);
    assert_close(
        &filled,
        &[111.0, 111.0, 73.5, 36.0, 41.0, 32.667, 24.333, 16.0, 61.0, 33.0, 33.0, 33.0],
        1e-3,
    );
    check(
        "series_fill_linear",
        &[d("[null,111,null,36,41,null,null,16,61,33,null,null]")],
        "[111,111,73,36,41,32,24,16,61,33,33,33]",
    );
    let none = Value::Null(ScalarType::Real);
    check(
        "series_fill_linear",
        &[d("[null,1,null,3,null]"), none.clone(), Value::Bool(false)],
        "[null,1,2,3,null]",
    );
    check("series_fill_linear", &[d("[null]"), none, Value::Bool(true), Value::Real(3.5)], "[3.5]");
    check("series_fill_linear", &[d("[]")], "[]");
}

#[test]
fn filters() {
    check("series_fir", &[d("[0,0,10,20]"), d("[1,1]"), Value::Bool(false)], "[0.0,0.0,10.0,30.0]");
    check("series_fir", &[d("[1,2]"), d("[1,-1]"), Value::Bool(true)], "");
    check("series_fir", &[d("[1,2]"), d("[]")], "");
    check("series_iir", &[d("[0,1,2,3,4]"), d("[1]"), d("[1,-1]")], "[0.0,1.0,3.0,6.0,10.0]");
    check("series_iir", &[d("[1,2]"), d("[2,1]"), d("[2]")], "[1.0,2.5]");
    check("series_iir", &[d("[1]"), d("[1]"), d("[0]")], "");
}

#[test]
fn lines_are_fitted() {
    let series = d("[2,5,6,8,11,15,17,18,25,26,30,30]");
    let json = text("series_fit_line", &[series]);
    let fitted = Json::new(&json);
    let number = |position| fitted.index(position).and_then(Json::as_f64).unwrap();
    let found = [number(0), number(1), number(2), number(3), number(4)];
    assert_close(&found, &[0.982, 2.730, 98.628, 1.686, -1.666], 1e-3);
    assert_close(&numbers("series_fit_line", &[d("[1,3]")], Some(5)), &[1.0, 3.0], 1e-12);
    check("series_fit_line", &[d("[1]")], "");
    check("series_fit_line", &[d("[1,null]")], "");
}

#[test]
fn two_lines_are_fitted() {
    let bag = text("series_fit_2lines_dynamic", &[d("[1,2,3,4,10,8,6,4]")]);
    let bag = Json::new(&bag);
    let number = |bag: Json<'_>, name: &str| bag.get(name).and_then(Json::as_f64).unwrap();
    let (left, right) = (bag.get("left").unwrap(), bag.get("right").unwrap());
    let found = [
        number(bag, "split_idx"),
        number(bag, "rsquare"),
        number(left, "slope"),
        number(left, "interception"),
    ];
    assert_close(&found, &[4.0, 1.0, 1.0, 0.0], 1e-9);
    assert_close(&[number(right, "slope"), number(right, "interception")], &[-2.0, 12.0], 1e-9);
    let line = numbers("series_fit_2lines", &[d("[1,2,3,4,10,8,6,4]")], Some(4));
    assert_close(&line, &[1.0, 2.0, 3.0, 4.0, 10.0, 8.0, 6.0, 4.0], 1e-9);
    check("series_fit_2lines", &[d("[1,2,3]")], "");
}

#[test]
fn polynomials_are_fitted() {
    let values = [d("[1,0,1,4,9]"), d("[-1,0,1,2,3]"), l(2)];
    assert_close(&numbers("series_fit_poly", &values, Some(1)), &[1.0, 0.0, 0.0], 1e-9);
    assert_close(&numbers("series_fit_poly", &[d("[2,4,6]")], Some(1)), &[2.0, 0.0], 1e-9);
    check("series_fit_poly", &[d("[1,2]"), d("[1,2]"), l(2)], "");
    check("series_fit_poly", &[d("[1,2]"), d("[1,1]"), l(1)], "");
}

#[test]
fn outliers_are_scored() {
    check("series_outliers", &[d("[1,2,3,4,13,-9]"), s("tukey")], "[-0.1,0.0,0.0,0.1,3.7,-4.1]");
    check("series_outliers", &[d("[1,2,3,4,13,null]"), s("tukey")], "[-0.5,0.0,0.0,0.0,4.5,0.0]");
    check(
        "series_outliers",
        &[d("[1,2,3,4,13,99]"), s("tukey"), Value::Real(99.0)],
        "[-0.5,0.0,0.0,0.0,4.5,0.0]",
    );
    check("series_outliers", &[d("[]")], "[]");
    assert!(call("series_outliers", &[d("[1]"), s("grubbs")]).is_err());
    assert!(call("series_outliers", &[d("[1]"), s("ctukey"), Value::Real(0.0), Value::Real(1.0)]).is_err());
}

#[test]
fn transforms_there_and_back() {
    let json = text("series_fft", &[d("[1,2,3,4,5]"), d("[0,1,0,1,0]")]);
    let parts = Json::new(&json);
    let part = |position| d(parts.index(position).unwrap().text());
    let back = [part(0), part(1)];
    assert_close(&numbers("series_ifft", &back, Some(0)), &[1.0, 2.0, 3.0, 4.0, 5.0], 1e-12);
    assert_close(&numbers("series_ifft", &back, Some(1)), &[0.0, 1.0, 0.0, 1.0, 0.0], 1e-12);
}

/// Two measurements a day of a month, from the documentation.
const TRAFFIC: &str = "[80,139,87,110,68,54,50,51,53,133,86,141,97,156,94,149,95,140,77,61,50,54,47,133,72,152,94,148,105,162,101,160,87,63,53,55,54,151,103,189,108,183,113,175,113,178,90,71,62,62,65,165,109,181,115,182,121,178,114,170]";

#[test]
fn periods_are_found() {
    let values: Vec<f64> = serde_json::from_str(TRAFFIC).expect("it is JSON");
    let lengths: Vec<usize> = super::periods::periods(&values).iter().map(|period| period.length).collect();
    assert_eq!(lengths, [14]);
}

#[test]
fn seasons_are_found() {
    let seasonal = |series: &str| numbers("series_seasonal", &[d(series)], None);
    let first = "[2,5,3,4,3,2,1,2,3,4,3,2,1,2,3,4,3,2,1,2,3,4,3,2,1]";
    assert_eq!(seasonal(first)[..7], [1.0, 2.0, 3.0, 4.0, 3.0, 2.0, 1.0]);
    let second = "[8,12,14,12,10,10,12,14,12,10,10,12,14,12,10,10,12,14,12,10]";
    assert_eq!(seasonal(second)[..6], [10.0, 12.0, 14.0, 12.0, 10.0, 10.0]);
    assert_eq!(seasonal("[1,3,5,2,4,6,1,3,5,2,4,6]"), [0.0; 12]);
    check(
        "series_seasonal",
        &[d("[1,3,5,2,4,6,1,3,5,2,4,6]"), l(3)],
        "[1.5,3.5,5.5,1.5,3.5,5.5,1.5,3.5,5.5,1.5,3.5,5.5]",
    );
    check("series_seasonal", &[d("[]")], "[]");
}

#[test]
fn series_are_decomposed() {
    let series: Vec<String> = (0..48).map(|at| ((at % 6) * 10 + at).to_string()).collect();
    let series = format!("[{}]", series.join(","));
    let arguments = [d(&series), l(6), s("linefit"), l(6)];
    let baseline = numbers("series_decompose", &arguments, Some(0));
    let values: Vec<f64> = Json::new(&series).elements().map(|element| element.as_f64().unwrap()).collect();
    assert_close(&baseline, &values, 6.0);
    let residual = numbers("series_decompose", &arguments, Some(3));
    let sum: Vec<f64> =
        baseline.iter().zip(&residual).map(|(baseline, residual)| baseline + residual).collect();
    assert_close(&sum, &values, 1e-9);
    check("series_decompose", &[d("[1,3]"), l(0), s("avg")], "[[2.0,2.0],[0.0,0.0],[2.0,2.0],[-1.0,1.0]]");
    check("series_decompose", &[d("[1,3]"), l(0), s("none")], "[[0.0,0.0],[0.0,0.0],[0.0,0.0],[1.0,3.0]]");
    check("series_decompose", &[d("[1,null]"), l(0)], "[[1.0,1.0],[0.0,0.0],[1.0,1.0],[0.0,null]]");
    check("series_decompose", &[d("[]")], "[[],[],[],[]]");
    assert!(call("series_decompose", &[d("[1]"), l(0), s("cubic")]).is_err());
}

#[test]
fn anomalies_stand_out() {
    let mut values: Vec<i64> =
        (0..70).map(|at| [0, 5, 9, 12, 9, 5, 1][at % 7] * 10 + (at as i64 * 7) % 5).collect();
    values[30] += 300;
    values[40] -= 300;
    let series = format!("[{}]", values.iter().map(i64::to_string).collect::<Vec<_>>().join(","));
    let flags = numbers("series_decompose_anomalies", &[d(&series)], Some(0));
    let flagged: Vec<(usize, f64)> = flags.into_iter().enumerate().filter(|(_, flag)| *flag != 0.0).collect();
    assert_eq!(flagged, [(30, 1.0), (40, -1.0)]);
    check("series_decompose_anomalies", &[NULL], "");
}

#[test]
fn what_is_said_of_a_series_by_default_is_what_the_function_says() {
    let values = [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 50.0, 1.0, 2.0, 1.0, 2.0];
    let found = crate::scalar::DecomposedSeries::of(values.iter().copied().map(Some).collect());
    assert_eq!(found.flags, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    let average = values.iter().sum::<f64>() / values.len() as f64;
    assert!(found.baseline.iter().all(|value| (value - average).abs() < 1e-9), "{found:?}");
}
