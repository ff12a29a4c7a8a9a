//! Commands about files.

use std::io::IsTerminal;
use std::path::Path;

use base64::Engine;

use super::{help, needs};
use crate::args::{Format, OutputArguments};
use crate::chart::ChartFile;
use crate::config::in_home;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output::Output;
use crate::repl::{Flow, Repl, input};
use crate::terminal;

pub fn load(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    if argument.is_empty() {
        return Err(needs(".load", "a path"));
    }
    let (path, name) = match argument.rsplit_once(" as ") {
        Some((path, name)) => (path.trim(), Some(name.trim())),
        None => (argument, None),
    };
    let path = in_home(Path::new(unquoted(path)));
    let name = repl.session.load(&path.to_string_lossy(), name)?;
    help::print(&format!("{name}\n"))
}

pub fn export(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    if argument.is_empty() {
        return Err(needs(".export", "a file, such as rows.csv"));
    }
    let (path, result) = match argument.rsplit_once(' ') {
        Some((path, result)) if result.starts_with('_') => (path.trim(), Some(result)),
        _ => (argument, None),
    };
    let path = in_home(Path::new(unquoted(path)));
    if let Ok(file) = ChartFile::named(&path) {
        let result = repl.results.find(result)?;
        file.write(&[(None, result)], usize::MAX)?;
        return help::print(&format!("{} rows to {}\n", result.rows(), path.display()));
    }
    let format = Format::of_file(&path).ok_or_else(|| {
        let endings = ".json, .ndjson, .csv, .tsv, .md, .html, .parquet, .xlsx; of charts .svg, .png, .html";
        Failure::Usage(format!("{}: the ending tells the format: {endings}", path.display()))
    })?;
    let result = repl.results.find(result)?;
    let arguments =
        OutputArguments { format: Some(format), file: Some(path.clone()), ..OutputArguments::default() };
    let mut output = Output::open(&arguments, false)?;
    output.result(None, result)?;
    output.finish()?;
    help::print(&format!("{} rows to {}\n", result.rows(), path.display()))
}

/// Terminals take no more from a program at once.
const CLIPBOARD: usize = 70_000;

/// Asks the terminal to take a text to its clipboard (OSC 52).
pub fn copy(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let result = repl.results.find(Some(argument).filter(|name| !name.is_empty()))?;
    let text = Output::text(Format::Tsv, result)?;
    let encoded = base64::engine::general_purpose::STANDARD.encode(text);
    if encoded.len() > CLIPBOARD {
        let message = "that is more than terminals take; .export writes a file";
        return Err(Failure::Usage(message.to_owned()));
    }
    if !std::io::stdout().is_terminal() {
        return Err(Failure::Usage("there is no terminal whose clipboard could take it".to_owned()));
    }
    help::print(&format!("\u{1b}]52;c;{encoded}\u{7}"))?;
    help::print(&format!("{} rows, as text between tabs\n", result.rows()))
}

pub fn read(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    if argument.is_empty() {
        return Err(needs(".read", "a file"));
    }
    read_file(repl, &in_home(Path::new(unquoted(argument))))
}

/// Scripts may read scripts, but not themselves without end.
const DEEPEST: usize = 16;

/// Runs the entries of a file. One that fails is told of, and the next one runs.
pub fn read_file(repl: &mut Repl, path: &Path) -> Result<Flow, Failure> {
    if repl.reading >= DEEPEST {
        return Err(Failure::Usage(format!(
            "{}: scripts that read scripts are nested too deep",
            path.display()
        )));
    }
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::io(format!("cannot read {}", path.display()), &error))?;
    let mut outcome = Outcome::Ran;
    repl.reading += 1;
    let mut flow = None;
    for entry in input::entries(&text)? {
        match repl.enter(&entry) {
            Ok(Flow::Continue(happened)) => outcome.and(happened),
            Ok(Flow::Quit) => {
                flow = Some(Flow::Quit);
                break;
            }
            Err(failure) => {
                terminal::say(&failure.render());
                outcome.and(failure.outcome());
            }
        }
    }
    repl.reading -= 1;
    Ok(flow.unwrap_or(Flow::Continue(outcome)))
}

pub fn output(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    if argument.is_empty() {
        repl.settings.output = None;
        return Ok(Flow::RAN);
    }
    let path = in_home(Path::new(unquoted(argument)));
    if Format::of_file(&path).is_some_and(Format::is_binary) {
        let message =
            format!("{}: results cannot be added to such a file; .export writes one", path.display());
        return Err(Failure::Usage(message));
    }
    // A file that was there is begun anew; results are then written one behind the other.
    std::fs::File::create(&path)
        .map_err(|error| Failure::io(format!("cannot write {}", path.display()), &error))?;
    repl.settings.output = Some(path);
    Ok(Flow::RAN)
}

pub fn change_folder(_repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let path = in_home(Path::new(if argument.is_empty() { "~" } else { unquoted(argument) }));
    std::env::set_current_dir(&path)
        .map_err(|error| Failure::io(format!("cannot go to {}", path.display()), &error))?;
    Ok(Flow::RAN)
}

/// A path without the quotes that one with blanks may have.
fn unquoted(path: &str) -> &str {
    let inner = |quote: char| path.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(path)
}
