//! Tests of rules as data: `NAME.test.yaml`, or the files of a folder `NAME.tests`, beside the rule or in a folder
//! `tests` there.
//!
//! A case has tables, a moment, and what the rule must give then. A file has cases, or is one. [`rows`] reads and compares rows, [`rewrite`] puts new
//! expectations into the text.

pub mod rewrite;
pub mod rows;

use std::path::{Path, PathBuf};

use kql_parser::Span;

use crate::{Node, NodeValue, Rule, yaml};

/// A file with cases.
#[derive(Clone, Debug)]
pub struct TestFile {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// The cases in order.
    pub cases: Vec<TestCase>,
}

/// What a rule must give over some tables.
#[derive(Clone, Debug)]
pub struct TestCase {
    /// What it is called.
    pub name: String,
    /// Where it begins.
    pub span: Span,
    /// What `now()` gives, as it is written.
    pub now: Option<String>,
    /// Values for `declare query_parameters`.
    pub parameters: Vec<(String, String)>,
    /// The tables by name.
    pub tables: Vec<(String, Data)>,
    /// The watchlists by name.
    pub watchlists: Vec<(String, Data)>,
    /// What must be.
    pub expected: Vec<Expectation>,
}

/// The rows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// A JSON object a line.
    Rows(String),
    /// A file, a folder or a glob.
    Path(PathBuf),
}

/// Something that must be.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The word that it is written with.
    pub kind: Kind,
    /// Its value.
    pub value: Node,
}

/// The kinds of expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The rows are these, in any order.
    Rows,
    /// These rows are among them.
    Contains,
    /// So many rows.
    Count,
    /// Whether the rule alerts, or how often.
    Alerts,
    /// The entities of all alerts, in any order.
    Entities,
}

impl Kind {
    const ALL: [Kind; 5] = [Kind::Rows, Kind::Contains, Kind::Count, Kind::Alerts, Kind::Entities];

    /// The word that it is written with.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Rows => "rows",
            Kind::Contains => "contains",
            Kind::Count => "count",
            Kind::Alerts => "alerts",
            Kind::Entities => "entities",
        }
    }
}

impl TestCase {
    /// Whether something must be found.
    pub fn is_positive(&self) -> bool {
        self.expected.iter().any(|expectation| expectation.is_positive() == Some(true))
    }

    /// Whether nothing must be found.
    pub fn is_negative(&self) -> bool {
        self.expected.iter().any(|expectation| expectation.is_positive() == Some(false))
    }
}

impl Expectation {
    fn is_positive(&self) -> Option<bool> {
        match self.kind {
            Kind::Rows | Kind::Contains | Kind::Entities => Some(!self.value.items().is_empty()),
            Kind::Count | Kind::Alerts => match self.value.text()? {
                "true" => Some(true),
                "false" | "0" => Some(false),
                number => number.parse::<u64>().ok().map(|number| number > 0),
            },
        }
    }
}

/// The ending of a folder with tests of one rule.
pub const FOLDER: &str = ".tests";

/// The files with tests of a rule that there are. In a folder `NAME.tests` these are all YAML files, by name; what else
/// lies there is data.
pub fn paths_for(rule: &Rule) -> Vec<PathBuf> {
    let stem = rule.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let beside = rule.path.parent().unwrap_or(Path::new(""));
    let mut found = Vec::new();
    for folder in [beside.to_owned(), beside.join("tests")] {
        let files = ["test.yaml", "test.yml"].map(|ending| folder.join(format!("{stem}.{ending}")));
        found.extend(files.into_iter().filter(|path| path.is_file()));
        found.extend(yaml_files(&folder.join(format!("{stem}{FOLDER}"))));
    }
    found
}

/// The YAML files of a folder, sorted; none where there is no such folder.
fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let is_yaml = |path: &PathBuf| {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        path.is_file() && matches!(ending.as_deref(), Some("yaml" | "yml"))
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_yaml).collect();
    files.sort();
    files
}

/// Reads a file with tests.
///
/// # Errors
///
/// What is wrong with it, in one sentence.
pub fn read(path: &Path, text: &str) -> Result<TestFile, String> {
    let tree = yaml::read(text)?;
    let reader = Reader { folder: path.parent().unwrap_or(Path::new("")), text };
    let cases = match tree.member("cases") {
        Some(items) => reader.cases(&tree, items.items())?,
        None => vec![reader.only_case(path, &tree)?],
    };
    Ok(TestFile { path: path.to_owned(), text: text.to_owned(), cases })
}

/// What the file says for all of its cases.
#[derive(Default)]
struct Shared {
    now: Option<String>,
    parameters: Vec<(String, String)>,
    tables: Vec<(String, Data)>,
    watchlists: Vec<(String, Data)>,
}

struct Reader<'a> {
    folder: &'a Path,
    text: &'a str,
}

const NO_CASES: &str = "there are no cases in it";

/// The words of a case besides its expectations, and that of a file.
const WORDS: &[&str] = &["name", "now", "params", "tables", "watchlists", "cases"];

impl Reader<'_> {
    /// The cases of a file that says something for all of them.
    fn cases(&self, tree: &Node, items: &[Node]) -> Result<Vec<TestCase>, String> {
        let all = self.case(tree, &Shared::default(), false)?;
        if let Some(expectation) = all.expected.first() {
            let line = kql_parser::line_column(self.text, expectation.value.span.start).line;
            let word = expectation.kind.word();
            return Err(format!("line {line}: `{word}` belongs to a case, not to all of them"));
        }
        if items.is_empty() {
            return Err(NO_CASES.to_owned());
        }
        let TestCase { now, parameters, tables, watchlists, .. } = all;
        let shared = Shared { now, parameters, tables, watchlists };
        items.iter().map(|item| self.case(item, &shared, true)).collect()
    }

    /// The case that a file without `cases` is.
    fn only_case(&self, path: &Path, tree: &Node) -> Result<TestCase, String> {
        let mut case = self.case(tree, &Shared::default(), false)?;
        if case.expected.is_empty() {
            return Err(NO_CASES.to_owned());
        }
        if tree.member("name").is_none() {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            case.name = name.split('.').next().unwrap_or_default().to_owned();
        }
        Ok(case)
    }

    fn case(&self, node: &Node, shared: &Shared, expects: bool) -> Result<TestCase, String> {
        let line = kql_parser::line_column(self.text, node.span.start).line;
        let words = WORDS.iter().copied().chain(Kind::ALL.map(Kind::word));
        for (word, value) in node.members() {
            if !words.clone().any(|known| known == word) {
                let line = kql_parser::line_column(self.text, value.span.start).line;
                let nearest = kql_parser::nearest(word, words);
                let hint = nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
                return Err(format!("line {line}: there is no `{word}` in a test{hint}"));
            }
        }
        let expected: Vec<Expectation> = Kind::ALL
            .into_iter()
            .filter_map(|kind| Some(Expectation { kind, value: member(node, kind.word())?.clone() }))
            .collect();
        if expects && expected.is_empty() {
            return Err(format!("line {line}: the case expects nothing"));
        }
        let text = |name| node.member(name).and_then(Node::text).map(str::to_owned);
        let own = |name| node.member(name).map(Node::members).unwrap_or_default();
        let parameter = |(name, value): &(String, Node)| Some((name.clone(), value.text()?.to_owned()));
        Ok(TestCase {
            name: text("name").unwrap_or_else(|| format!("line {line}")),
            span: node.span,
            now: text("now").or_else(|| shared.now.clone()),
            parameters: merged(&shared.parameters, own("params").iter().filter_map(parameter).collect()),
            tables: merged(&shared.tables, self.data(own("tables"))?),
            watchlists: merged(&shared.watchlists, self.data(own("watchlists"))?),
            expected,
        })
    }

    fn data(&self, members: &[(String, Node)]) -> Result<Vec<(String, Data)>, String> {
        let one = |(name, node): &(String, Node)| {
            let data = match &node.value {
                NodeValue::Text(path) => Data::Path(self.folder.join(path)),
                _ => Data::Rows(rows::as_json_lines(node, self.text)?),
            };
            Ok((name.clone(), data))
        };
        members.iter().map(one).collect()
    }
}

/// A member also where it is there without a value: `rows:` means no rows.
fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.members().iter().find(|(own, _)| own == name).map(|(_, value)| value)
}

/// What a case says itself comes before what the file says.
fn merged<T: Clone>(shared: &[(String, T)], own: Vec<(String, T)>) -> Vec<(String, T)> {
    let others = shared.iter().filter(|(name, _)| own.iter().all(|(known, _)| known != name));
    let mut all: Vec<(String, T)> = others.cloned().collect();
    all.extend(own);
    all
}

#[cfg(test)]
mod tests;
