//! The rules that paths name.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{Metadata, Node, Origin, Rule, fences, header, json, resources, test_file, yaml};

/// Rules, and the files that could not be read.
#[derive(Debug, Default)]
pub struct Pack {
    /// In the order of the paths; those of a folder sorted by file.
    pub rules: Vec<Rule>,
    /// What could not be read; the other rules are there all the same.
    pub errors: Vec<PackError>,
}

/// A file could not be read.
#[derive(Debug)]
pub struct PackError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub reason: Reason,
}

/// Why a file could not be read.
#[derive(Debug)]
pub enum Reason {
    /// The file system says so.
    Io(std::io::Error),
    /// The text is not what the file's ending says.
    Text(String),
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.reason {
            Reason::Io(error) => write!(f, "cannot read {path}: {error}"),
            Reason::Text(why) => write!(f, "cannot read {path}: {why}"),
        }
    }
}

/// A folder of functions, which are no rules.
const FUNCTIONS: &str = "functions";

/// How a file's text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Query,
    Yaml,
    Json,
    Markdown,
}

impl Pack {
    /// The rules in these files and folders. Folders are walked for `.kql`, `.yaml`, `.yml`, `.json` and `.md` files,
    /// of which those without a rule are passed over; a file named by itself may have any ending, and must hold a rule.
    pub fn read(paths: &[PathBuf]) -> Self {
        let mut pack = Self::default();
        for path in paths {
            if path.is_dir() {
                pack.walk(path);
            } else {
                pack.add_named(path);
            }
        }
        pack
    }

    /// Adds a text that comes from no file, such as standard input.
    pub fn add_text(&mut self, name: &str, text: &str) {
        let path = PathBuf::from(name);
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if let Err(error) = self.add(&path, text, form_of_text(text)) {
            self.errors.push(error);
        }
    }

    fn walk(&mut self, folder: &Path) {
        let mut files = Vec::new();
        if let Err(error) = collect(folder, &mut files) {
            self.errors.push(error);
        }
        for path in &files {
            if let Some(form) = form_of_ending(path)
                && let Err(error) = self.add_found(path, form, &files)
            {
                self.errors.push(error);
            }
        }
    }

    /// Adds a file that a walk came by.
    fn add_found(&mut self, path: &Path, form: Form, files: &[PathBuf]) -> Result<(), PackError> {
        // What lies beside a query of the same stem is about that query.
        if form != Form::Query && files.binary_search(&path.with_extension("kql")).is_ok() {
            return Ok(());
        }
        let text = match read_text(path) {
            Ok(text) => text,
            // Among other things a folder may hold data in any encoding.
            Err(PackError { reason: Reason::Text(_), .. }) if form != Form::Query => return Ok(()),
            Err(error) => return Err(error),
        };
        if may_hold_rule(&text, form) { self.add(path, &text, form) } else { Ok(()) }
    }

    /// Adds a file that the user named.
    fn add_named(&mut self, path: &Path) {
        let before = self.rules.len();
        let added = read_text(path).and_then(|text| {
            let form = form_of_ending(path).unwrap_or_else(|| form_of_text(&text));
            self.add(path, &text, form)
        });
        match added {
            Err(error) => self.errors.push(error),
            Ok(()) if self.rules.len() == before => {
                let reason = Reason::Text("there is no rule in it".to_owned());
                self.errors.push(PackError { path: path.to_owned(), reason });
            }
            Ok(()) => {}
        }
    }

    fn add(&mut self, path: &Path, text: &str, form: Form) -> Result<(), PackError> {
        let file: Arc<str> = text.into();
        let wrong = |why| PackError { path: path.to_owned(), reason: Reason::Text(why) };
        match form {
            Form::Query => self.add_query(path, file)?,
            Form::Yaml => {
                let tree = yaml::read(text).map_err(wrong)?;
                self.rules.extend(yaml_rule(path, &file, &tree));
            }
            Form::Json => {
                let tree = json::read(text).map_err(wrong)?;
                let found = resources::find(&tree);
                self.rules.extend(found.into_iter().map(|resource| json_rule(path, &file, resource)));
            }
            Form::Markdown => {
                self.rules.extend(fences::find(text).iter().map(|fence| fence_rule(path, &file, fence)));
            }
        }
        Ok(())
    }

    fn add_query(&mut self, path: &Path, file: Arc<str>) -> Result<(), PackError> {
        let mut rule = Rule {
            key: stem(path),
            path: path.to_owned(),
            metadata_path: None,
            metadata_text: None,
            query: file.to_string(),
            metadata: header::read(&file, 0).map(|fields| Metadata::read(&fields)).unwrap_or_default(),
            origin: Origin::part(file, 0),
        };
        let beside = ["yaml", "yml"].map(|ending| path.with_extension(ending));
        if let Some(beside) = beside.into_iter().find(|beside| beside != path && beside.is_file()) {
            let text = read_text(&beside)?;
            let wrong = |why| PackError { path: beside.clone(), reason: Reason::Text(why) };
            rule.metadata = Metadata::read(&yaml::read(&text).map_err(wrong)?);
            rule.metadata_text = Some(text);
            rule.metadata_path = Some(beside);
        }
        self.rules.push(rule);
        Ok(())
    }
}

fn yaml_rule(path: &Path, file: &Arc<str>, tree: &Node) -> Option<Rule> {
    let node = tree.member("query")?;
    let query = node.text()?.to_owned();
    Some(Rule {
        key: stem(path),
        path: path.to_owned(),
        metadata_path: None,
        metadata_text: None,
        origin: Origin::scalar(file.clone(), node.span, &query),
        query,
        metadata: Metadata::read(tree),
    })
}

fn json_rule(path: &Path, file: &Arc<str>, resource: resources::Resource) -> Rule {
    Rule {
        key: resource.metadata.name.clone().unwrap_or_else(|| stem(path)),
        path: path.to_owned(),
        metadata_path: None,
        metadata_text: None,
        origin: Origin::scalar(file.clone(), resource.query_span, &resource.query),
        query: resource.query,
        metadata: resource.metadata,
    }
}

fn fence_rule(path: &Path, file: &Arc<str>, fence: &fences::Fence) -> Rule {
    let query = &file[fence.start..fence.end];
    let fields = header::read(query, fence.start);
    Rule {
        key: fence.name.clone().unwrap_or_else(|| stem(path)),
        path: path.to_owned(),
        metadata_path: None,
        metadata_text: None,
        query: query.to_owned(),
        origin: Origin::part(file.clone(), fence.start),
        metadata: fields.map(|fields| Metadata::read(&fields)).unwrap_or_default(),
    }
}

/// A file's name without its ending.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn form_of_ending(path: &Path) -> Option<Form> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "kql" => Some(Form::Query),
        "yaml" | "yml" => Some(Form::Yaml),
        "json" => Some(Form::Json),
        "md" => Some(Form::Markdown),
        _ => None,
    }
}

/// What a text without a telling ending is.
fn form_of_text(text: &str) -> Form {
    if text.trim_start().starts_with('{') || text.trim_start().starts_with("[{") {
        Form::Json
    } else if text.lines().any(|line| line.starts_with("query:")) {
        Form::Yaml
    } else if text.lines().any(|line| line.trim_start().starts_with("```")) {
        Form::Markdown
    } else {
        Form::Query
    }
}

/// Whether it is worth to read a text that a walk came by: other YAML and JSON need not even be well-formed.
fn may_hold_rule(text: &str, form: Form) -> bool {
    match form {
        Form::Query | Form::Markdown => true,
        Form::Yaml => text.lines().any(|line| line.starts_with("query:") || line.starts_with("Query:")),
        Form::Json => {
            let text = text.to_ascii_lowercase();
            let marks = [
                "alertrule",
                "analyticsrule",
                "analyticrule",
                "savedsearches",
                "\"queryfrequency\"",
                "\"scheduled\"",
                "\"nrt\"",
            ];
            text.contains("\"query\"") && marks.iter().any(|mark| text.contains(mark))
        }
    }
}

/// The text of a file without a byte order mark.
fn read_text(path: &Path) -> Result<String, PackError> {
    let failed = |reason| PackError { path: path.to_owned(), reason };
    let bytes = std::fs::read(path).map_err(|error| failed(Reason::Io(error)))?;
    let text =
        String::from_utf8(bytes).map_err(|_| failed(Reason::Text("it is not UTF-8 text".to_owned())))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// All files below a folder, sorted.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), PackError> {
    let failed = |error| PackError { path: folder.to_owned(), reason: Reason::Io(error) };
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                let holds_rules = name != FUNCTIONS && !name.ends_with(test_file::FOLDER);
                folders.extend(holds_rules.then_some(path));
            } else if !name.ends_with(".test.yaml") && !name.ends_with(".test.yml") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(())
}

#[cfg(test)]
mod tests;
