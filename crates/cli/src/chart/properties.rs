//! What `render` asks for: the kind of chart and its properties.

use kql_planner::Visualization;

/// The kinds of charts that are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Lines over time.
    Time,
    /// Lines over time, with points that stand out.
    Anomaly,
    Line,
    Area,
    Scatter,
    /// Upright columns.
    Column,
    /// Lying bars.
    Bar,
    Pie,
    /// The values of the first row.
    Card,
}

/// What `render` calls them.
pub const KINDS: &[&str] = &[
    "timechart",
    "linechart",
    "areachart",
    "stackedareachart",
    "columnchart",
    "barchart",
    "piechart",
    "scatterchart",
    "anomalychart",
    "card",
];

impl Kind {
    /// The kind of that name; `None` for one that is not drawn, as `treemap`, and for `table`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "timechart" => Kind::Time,
            "anomalychart" => Kind::Anomaly,
            "linechart" => Kind::Line,
            "areachart" | "stackedareachart" => Kind::Area,
            "scatterchart" => Kind::Scatter,
            "columnchart" => Kind::Column,
            "barchart" => Kind::Bar,
            "piechart" => Kind::Pie,
            "card" => Kind::Card,
            _ => return None,
        })
    }

    /// Whether the x axis can be nothing but time.
    pub fn needs_time(self) -> bool {
        matches!(self, Kind::Time | Kind::Anomaly)
    }

    /// Whether each value of the x axis has a place of its own, rather than a point on a line.
    pub fn has_slots(self) -> bool {
        matches!(self, Kind::Column | Kind::Bar | Kind::Pie)
    }

    /// Whether series may stand on each other.
    fn may_stack(self) -> bool {
        matches!(self, Kind::Area | Kind::Column | Kind::Bar)
    }
}

/// Whether series stand on each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stacking {
    /// Each on its own.
    #[default]
    None,
    /// One on the other.
    Sum,
    /// One on the other, as parts of a hundred.
    Percent,
}

/// What `render` asks for.
#[derive(Clone, Debug)]
pub struct Properties {
    pub kind: Kind,
    /// As the query calls it.
    pub name: String,
    pub title: Option<String>,
    pub x_title: Option<String>,
    pub y_title: Option<String>,
    pub x_column: Option<String>,
    pub y_columns: Vec<String>,
    pub series: Vec<String>,
    pub anomaly_columns: Vec<String>,
    pub stacking: Stacking,
    pub y_min: Option<f64>,
    pub y_max: Option<f64>,
    pub legend: bool,
    pub accumulate: bool,
    /// What is asked for and not done.
    pub notes: Vec<String>,
}

impl Properties {
    /// What a visualization asks for; `None` for one that is not drawn.
    pub fn of(visualization: &Visualization) -> Option<Self> {
        let kind = Kind::named(&visualization.chart)?;
        let is_stacked = visualization.chart == "stackedareachart";
        let mut own = Self {
            kind,
            name: visualization.chart.clone(),
            title: None,
            x_title: None,
            y_title: None,
            x_column: None,
            y_columns: Vec::new(),
            series: Vec::new(),
            anomaly_columns: Vec::new(),
            stacking: if is_stacked { Stacking::Sum } else { Stacking::None },
            y_min: None,
            y_max: None,
            legend: true,
            accumulate: false,
            notes: Vec::new(),
        };
        for (name, text) in &visualization.properties {
            if !own.take(name, text.trim()) {
                own.notes.push(format!("render {}: {name}={text} is ignored", own.name));
            }
        }
        Some(own)
    }

    /// Takes over a property; `false`, if it means nothing here.
    fn take(&mut self, name: &str, text: &str) -> bool {
        match name {
            "title" => self.title = Some(text.to_owned()).filter(|title| !title.is_empty()),
            "xtitle" => self.x_title = Some(text.to_owned()),
            "ytitle" => self.y_title = Some(text.to_owned()),
            "xcolumn" => self.x_column = Some(column(text)),
            "ycolumns" => self.y_columns.extend(columns(text)),
            "series" | "by" => self.series.extend(columns(text)),
            "anomalycolumns" => self.anomaly_columns.extend(columns(text)),
            "kind" => match text {
                "default" | "unstacked" => self.stacking = Stacking::None,
                "stacked" if self.kind.may_stack() => self.stacking = Stacking::Sum,
                "stacked100" if self.kind.may_stack() => self.stacking = Stacking::Percent,
                _ => return false,
            },
            "ymin" => return limit(&mut self.y_min, text),
            "ymax" => return limit(&mut self.y_max, text),
            "legend" => match text {
                "visible" => self.legend = true,
                "hidden" => self.legend = false,
                _ => return false,
            },
            "accumulate" => match text {
                "true" => self.accumulate = true,
                "false" => self.accumulate = false,
                _ => return false,
            },
            // There is one axis for all series, and it is linear.
            "xaxis" | "yaxis" => return text == "linear",
            "ysplit" => return text == "none",
            _ => return false,
        }
        true
    }
}

/// Takes a number. A service writes `NaN` for none.
fn limit(place: &mut Option<f64>, text: &str) -> bool {
    match text.trim_start_matches("real(").trim_end_matches(')').parse::<f64>() {
        Ok(number) => {
            *place = Some(number).filter(|number| number.is_finite());
            true
        }
        Err(_) => false,
    }
}

fn columns(text: &str) -> impl Iterator<Item = String> {
    text.split(',').map(column).filter(|name| !name.is_empty())
}

/// A name without the brackets that it may have: `['a b']`.
fn column(text: &str) -> String {
    let text = text.trim();
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.map_or(text, |quoted| quoted.trim().trim_matches(['\'', '"'])).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(chart: &str, properties: &[(&str, &str)]) -> Properties {
        let properties = properties.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect();
        Properties::of(&Visualization { chart: chart.to_owned(), properties }).unwrap()
    }

    #[test]
    fn what_means_nothing_is_noted() {
        let asked = asked(
            "timechart",
            &[("kind", "stacked"), ("ymin", "-1.5"), ("yaxis", "log"), ("legend", "hidden")],
        );
        assert_eq!((asked.stacking, asked.y_min, asked.legend), (Stacking::None, Some(-1.5), false));
        assert_eq!(
            asked.notes,
            ["render timechart: kind=stacked is ignored", "render timechart: yaxis=log is ignored"]
        );
    }

    #[test]
    fn columns_are_lists_with_or_without_brackets() {
        let asked =
            asked("columnchart", &[("ycolumns", "a, ['b c']"), ("series", "['d']"), ("kind", "stacked100")]);
        assert_eq!(asked.y_columns, ["a", "b c"]);
        assert_eq!(asked.series, ["d"]);
        assert_eq!(asked.stacking, Stacking::Percent);
    }

    #[test]
    fn not_every_chart_is_drawn() {
        assert_eq!(Kind::named("treemap"), None);
        assert_eq!(Kind::named("table"), None);
        assert_eq!(asked("stackedareachart", &[]).stacking, Stacking::Sum);
    }
}
