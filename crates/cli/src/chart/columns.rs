//! Which column is the x axis, which are drawn over it, and which tell series apart.

use kql_types::dynamic::{Json, JsonKind};
use kql_types::{Column, ScalarType, datetime};

use super::properties::{Kind, Properties};
use crate::answer::ResultTable;

/// What the values of a column are to a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Time,
    Number,
    Text,
    /// Arrays, as `make-series` gives them.
    Times,
    Numbers,
    Texts,
}

impl Shape {
    fn is_array(self) -> bool {
        matches!(self, Shape::Times | Shape::Numbers | Shape::Texts)
    }
}

/// The columns of a chart, by position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    pub x: usize,
    /// What is drawn over the x axis.
    pub values: Vec<usize>,
    /// Their values together name a series.
    pub series: Vec<usize>,
    /// Where they are not zero, a value stands out.
    pub anomalies: Vec<usize>,
}

/// What each column is. A dynamic column is what its first value is.
pub fn shapes(result: &ResultTable) -> Vec<Shape> {
    let shape = |(at, data_type)| match data_type {
        ScalarType::DateTime => Shape::Time,
        ScalarType::Timespan => Shape::Number,
        ScalarType::Dynamic => dynamic_shape(result, at),
        number if number.is_number() => Shape::Number,
        _ => Shape::Text,
    };
    result.schema.fields.iter().map(|field| field.data_type).enumerate().map(shape).collect()
}

fn dynamic_shape(result: &ResultTable, at: usize) -> Shape {
    for batch in &result.batches {
        let Some(Column::Dynamic(values)) = batch.columns.get(at) else { continue };
        let mut elements = values.iter().flatten().map(Json::new);
        let known = elements.find_map(|value| match value.kind() {
            JsonKind::Array => value.elements().find(|element| !element.is_null()).map(array_shape),
            JsonKind::Null => None,
            _ => Some(Shape::Text),
        });
        if let Some(known) = known {
            return known;
        }
    }
    Shape::Text
}

fn array_shape(element: Json<'_>) -> Shape {
    match element.kind() {
        JsonKind::Number => Shape::Numbers,
        JsonKind::String if element.as_str().is_some_and(|text| datetime::parse(&text).is_some()) => {
            Shape::Times
        }
        _ => Shape::Texts,
    }
}

/// Chooses the columns, or says what is missing.
///
/// The page of the render operator: the x axis is the first column that works for the chart, what is drawn are all
/// columns of numbers, and the rest tells series apart; properties go before all this.
pub fn choose(result: &ResultTable, shapes: &[Shape], asked: &Properties) -> Result<Columns, String> {
    let find = |name: &String| {
        let found = result.schema.fields.iter().position(|field| &*field.name == name.as_str());
        found.ok_or_else(|| format!("render {}: there is no column {name}", asked.name))
    };
    let find_all = |names: &[String]| names.iter().map(find).collect::<Result<Vec<usize>, String>>();
    let named = Named {
        values: find_all(&asked.y_columns)?,
        series: find_all(&asked.series)?,
        anomalies: find_all(&asked.anomaly_columns)?,
    };
    let candidates = match &asked.x_column {
        Some(name) => vec![find(name)?],
        None => candidates(shapes, asked.kind, &named),
    };
    if candidates.is_empty() && asked.kind.needs_time() {
        return Err(format!("render {} needs a column of datetimes", asked.name));
    }
    let chosen = candidates.into_iter().map(|x| named.around(x, shapes, asked.kind));
    let mut chosen = chosen.filter(|columns| !columns.values.is_empty());
    chosen
        .next()
        .ok_or_else(|| format!("render {} needs a column of numbers besides the first one", asked.name))
}

/// The columns that may be the x axis, the best first.
fn candidates(shapes: &[Shape], kind: Kind, named: &Named) -> Vec<usize> {
    let is_time = |at: &usize| matches!(shapes[*at], Shape::Time | Shape::Times);
    let free = (0..shapes.len()).filter(|at| !named.has(*at));
    if kind.needs_time() {
        return free.filter(is_time).collect();
    }
    let mut all: Vec<usize> = free.collect();
    let begins_with_text = all.first().is_some_and(|&first| matches!(shapes[first], Shape::Text));
    let is_array = |at: &usize| matches!(shapes[*at], Shape::Times | Shape::Texts);
    if !kind.has_slots() && begins_with_text {
        // Lines want something that goes on.
        all.sort_by_key(|at| !is_time(at));
    } else if all.iter().any(is_array) {
        all.sort_by_key(|at| !is_array(at));
    }
    all
}

/// The columns that properties name.
struct Named {
    values: Vec<usize>,
    series: Vec<usize>,
    anomalies: Vec<usize>,
}

impl Named {
    fn has(&self, at: usize) -> bool {
        [&self.values, &self.series, &self.anomalies].into_iter().any(|columns| columns.contains(&at))
    }

    /// All columns, if the x axis is this one.
    fn around(&self, x: usize, shapes: &[Shape], kind: Kind) -> Columns {
        let free = |at: &usize| *at != x && !self.has(*at);
        let wanted = if shapes[x].is_array() { Shape::Numbers } else { Shape::Number };
        let mut values = self.values.clone();
        if values.is_empty() {
            values.extend((0..shapes.len()).filter(free).filter(|&at| shapes[at] == wanted));
        }
        let mut series = self.series.clone();
        if series.is_empty() {
            let tells_apart =
                |at: &usize| shapes[*at] == Shape::Text || (kind.has_slots() && shapes[*at] == Shape::Time);
            series.extend((0..shapes.len()).filter(free).filter(tells_apart));
        }
        Columns { x, values, series, anomalies: self.anomalies.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::ResultBuilder;
    use kql_planner::Visualization;
    use kql_types::Value;

    /// The names of the x column, the values and the series, chosen for columns written as `name:type`.
    fn chosen(chart: &str, properties: &[(&str, &str)], columns: &[&str]) -> Result<String, String> {
        let columns: Vec<(&str, ScalarType)> = columns
            .iter()
            .filter_map(|column| column.split_once(':'))
            .map(|(name, data_type)| (name, ScalarType::from_name(data_type).unwrap_or(ScalarType::Dynamic)))
            .collect();
        let mut rows = ResultBuilder::new(&columns);
        let cell = |&(name, data_type): &(&str, ScalarType)| match name {
            "times" => Value::Dynamic(r#"["2024-05-01T00:00:00.0000000Z"]"#.to_owned()),
            "numbers" | "more" => Value::Dynamic("[null,1]".to_owned()),
            _ => Value::absent(data_type),
        };
        rows.push(&columns.iter().map(cell).collect::<Vec<Value>>());
        let result = rows.finish();
        let properties = properties.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect();
        let asked = Properties::of(&Visualization { chart: chart.to_owned(), properties }).unwrap();
        let found = choose(&result, &shapes(&result), &asked)?;
        let name = |at: &usize| result.schema.fields[*at].name.to_string();
        let names = |all: &[usize]| all.iter().map(name).collect::<Vec<String>>().join(",");
        let anomalies = names(&found.anomalies);
        let chosen = format!("{} | {} | {}", name(&found.x), names(&found.values), names(&found.series));
        Ok(if anomalies.is_empty() { chosen } else { format!("{chosen} | {anomalies}") })
    }

    #[test]
    fn time_is_the_x_axis_of_a_timechart_wherever_it_stands() {
        let columns = ["user:string", "n:long", "t:datetime", "m:real"];
        assert_eq!(chosen("timechart", &[], &columns).unwrap(), "t | n,m | user");
        assert_eq!(chosen("linechart", &[], &columns).unwrap(), "t | n,m | user");
        let message = chosen("timechart", &[], &["a:string", "n:long"]).unwrap_err();
        assert_eq!(message, "render timechart needs a column of datetimes");
    }

    #[test]
    fn the_first_column_is_the_x_axis_of_others() {
        assert_eq!(chosen("columnchart", &[], &["user:string", "n:long"]).unwrap(), "user | n | ");
        assert_eq!(chosen("barchart", &[], &["a:string", "b:string", "n:int"]).unwrap(), "a | n | b");
        assert_eq!(chosen("scatterchart", &[], &["x:real", "y:real", "c:string"]).unwrap(), "x | y | c");
        assert_eq!(chosen("linechart", &[], &["user:string", "n:long"]).unwrap(), "user | n | ");
    }

    #[test]
    fn a_column_that_leaves_nothing_to_draw_does_not_work() {
        assert_eq!(chosen("columnchart", &[], &["n:long", "user:string"]).unwrap(), "user | n | ");
        let message = chosen("piechart", &[], &["n:long"]).unwrap_err();
        assert_eq!(message, "render piechart needs a column of numbers besides the first one");
    }

    #[test]
    fn series_are_drawn_over_their_times() {
        let columns = ["host:string", "numbers:dynamic", "times:dynamic", "more:dynamic"];
        assert_eq!(chosen("timechart", &[], &columns).unwrap(), "times | numbers,more | host");
        assert_eq!(chosen("columnchart", &[], &columns).unwrap(), "times | numbers,more | host");
    }

    #[test]
    fn properties_go_first() {
        let columns = ["a:string", "t:datetime", "u:datetime", "n:long", "m:long", "flag:int"];
        let asked = [("xcolumn", "u"), ("ycolumns", "m"), ("series", "a")];
        assert_eq!(chosen("timechart", &asked, &columns).unwrap(), "u | m | a");
        let asked = [("anomalycolumns", "flag")];
        assert_eq!(chosen("anomalychart", &asked, &columns).unwrap(), "t | n,m | a | flag");
        let message = chosen("timechart", &[("ycolumns", "nn")], &columns).unwrap_err();
        assert_eq!(message, "render timechart: there is no column nn");
    }
}
