//! Files with queries and what they must give. `tests/golden/README.md` describes the format.

pub mod table;
pub mod used;

use std::mem;

use similar::TextDiff;

/// A file, kept as it was written so that it can be written back.
#[derive(Debug)]
pub struct GoldenFile {
    /// What stands before the first section: prose.
    preamble: String,
    /// In order.
    pub sections: Vec<Section>,
    /// What the sections say.
    pub cases: Vec<Case>,
}

/// `== head` and the lines below it.
#[derive(Clone, Debug)]
pub struct Section {
    kind: String,
    argument: String,
    /// The lines below.
    pub body: String,
    line: usize,
}

/// A query and what is expected of it.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// From `== case TITLE`.
    pub title: String,
    /// Where its query stands.
    pub line: usize,
    /// The text.
    pub query: String,
    /// A folder of tables.
    pub data: Option<String>,
    /// File names and contents of tables that the file itself holds.
    pub tables: Vec<(String, String)>,
    /// The moment that `now()` gives.
    pub now: Option<String>,
    /// Expected results, one for each that the query gives.
    pub results: Vec<Expectation>,
    /// Expected lines of the error message.
    pub error: Option<Expectation>,
    /// Expected plan.
    pub plan: Option<Expectation>,
    /// Rule files, by name, that are checked instead of run.
    pub files: Vec<(String, String)>,
    /// The code of a check, and the expected findings of it.
    pub check: Option<(String, Expectation)>,
}

/// What a section expects.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Which section of the file it is.
    pub section: usize,
    /// Its lines.
    pub body: String,
    /// Whether rows may come in any order.
    pub any_order: bool,
}

const MARK: &str = "== ";

impl GoldenFile {
    /// Reads a file. The error says which line is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (mut preamble, mut sections) = (String::new(), Vec::<Section>::new());
        for (number, line) in text.lines().enumerate() {
            if let Some(head) = line.strip_prefix(MARK) {
                let (kind, argument) = head.trim().split_once(' ').unwrap_or((head.trim(), ""));
                sections.push(Section {
                    kind: kind.to_owned(),
                    argument: argument.trim().to_owned(),
                    body: String::new(),
                    line: number + 1,
                });
            } else {
                let body = sections.last_mut().map_or(&mut preamble, |section| &mut section.body);
                *body += line;
                body.push('\n');
            }
        }
        let cases = cases(&sections)?;
        Ok(Self { preamble, sections, cases })
    }

    /// The text of the file.
    pub fn write(&self) -> String {
        let sections = self.sections.iter().map(|section| {
            let body = section.body.trim_end();
            let gap = if body.is_empty() { "" } else { "\n" };
            format!("{}\n{body}{gap}", section.head())
        });
        let text = self.preamble.clone() + &sections.collect::<Vec<_>>().join("");
        // A blank line before each case, for the eye.
        text.replace("\n== case ", "\n\n== case ").replace("\n\n\n== case ", "\n\n== case ")
    }
}

impl Section {
    /// Its first line.
    pub fn head(&self) -> String {
        format!("{MARK}{} {}", self.kind, self.argument).trim_end().to_owned()
    }

    /// What would have to change for `actual` to be expected.
    pub fn difference(&self, actual: &str) -> String {
        // How cells are aligned is no difference, how a plan is indented is one.
        let shown = |text: &str| if self.kind == "result" { table::plain(text) } else { text.to_owned() };
        let (expected, actual) = (shown(self.body.trim_end()), shown(actual.trim_end()));
        TextDiff::from_lines(&expected, &actual).unified_diff().context_radius(2).to_string()
    }
}

/// Gathers the cases. `data`, `table` and `now` hold from where they stand to the end of the file.
fn cases(sections: &[Section]) -> Result<Vec<Case>, String> {
    let (mut cases, mut current) = (Vec::new(), Case::default());
    for (place, section) in sections.iter().enumerate() {
        let mistake = |what: &str| Err(format!("line {}: {what}", section.line));
        let expected = || Expectation {
            section: place,
            body: section.body.clone(),
            any_order: section.argument == "in any order",
        };
        match section.kind.as_str() {
            "case" => {
                finish(&mut current, &mut cases);
                current.title = section.argument.clone();
            }
            "query" | "rule" => {
                finish(&mut current, &mut cases);
                current.line = section.line;
                current.query = text_of(section)?;
            }
            "file" => {
                if !current.query.is_empty() {
                    finish(&mut current, &mut cases);
                }
                current.line = section.line;
                current.files.push((section.argument.clone(), section.body.trim_end().to_owned() + "\n"));
            }
            "check" if !current.query.is_empty() || !current.files.is_empty() => {
                current.check = Some((section.argument.clone(), expected()));
            }
            "data" => current.data = Some(section.argument.clone()),
            "now" => current.now = Some(section.argument.clone()),
            "table" => {
                current.tables.retain(|(name, _)| *name != section.argument);
                current.tables.push((section.argument.clone(), section.body.trim_end().to_owned() + "\n"));
            }
            _ if current.query.is_empty() => {
                return mistake("expects something, but no query stands before it");
            }
            "result" => current.results.push(expected()),
            "error" => current.error = Some(expected()),
            "plan" => current.plan = Some(expected()),
            other => return mistake(&format!("there is no section {other}")),
        }
    }
    finish(&mut current, &mut cases);
    let expects = |case: &Case| {
        !case.results.is_empty() || case.error.is_some() || case.plan.is_some() || case.check.is_some()
    };
    match cases.iter().find(|case| !expects(case)) {
        Some(case) => Err(format!("line {}: nothing is expected of this query", case.line)),
        None => Ok(cases),
    }
}

fn text_of(section: &Section) -> Result<String, String> {
    if section.kind == "query" {
        return Ok(section.body.trim_end().to_owned());
    }
    let path = format!("{}/{}", env!("CARGO_MANIFEST_DIR"), section.argument);
    std::fs::read_to_string(&path).map_err(|error| format!("line {}: {path}: {error}", section.line))
}

/// Ends a case; what holds for those that follow is kept.
fn finish(current: &mut Case, cases: &mut Vec<Case>) {
    if current.query.is_empty() && current.files.is_empty() {
        return;
    }
    let next = Case {
        data: current.data.clone(),
        tables: current.tables.clone(),
        now: current.now.clone(),
        ..Case::default()
    };
    cases.push(mem::replace(current, next));
}
