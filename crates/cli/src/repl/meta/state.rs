//! Commands that change how the session behaves.

use clap::ValueEnum;
use kql_types::{ScalarType, Value, datetime};

use super::help::print;
use crate::answer::ResultBuilder;
use crate::args::{Format, Moment};
use crate::failure::Failure;
use crate::repl::settings::{SETTINGS, switch};
use crate::repl::{Flow, Repl, show};

pub fn now(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    match argument {
        "" => {}
        "real" => repl.session.set_now(None)?,
        "latest" => repl.session.set_now(Some(Moment::Latest))?,
        text => {
            let ticks = datetime::parse(text).ok_or_else(|| {
                Failure::Usage(format!(
                    "{text} is no datetime such as 2024-05-01T12:00:00Z, nor latest, nor real"
                ))
            })?;
            repl.session.set_now(Some(Moment::At(ticks)))?;
        }
    }
    let mut text = String::new();
    match repl.session.fixed_now() {
        Some(ticks) => datetime::write(&mut text, ticks),
        None => text.push_str("the time when a query runs"),
    }
    print(&format!("now() gives {text}\n"))
}

pub fn timing(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    repl.settings.timing = match argument {
        "" => !repl.settings.timing,
        text => switch(text).ok_or_else(|| Failure::Usage("it is either on or off".to_owned()))?,
    };
    print(if repl.settings.timing { "timing is on\n" } else { "timing is off\n" })
}

pub fn format(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    if argument.is_empty() {
        let name = repl.settings.format.to_possible_value();
        return print(&format!("{}\n", name.as_ref().map_or("", |value| value.get_name())));
    }
    let format = Format::from_str(argument, true).map_err(|_| {
        let names: Vec<String> = format_names().collect();
        Failure::Usage(format!("there is no format {argument}; there are {}", names.join(", ")))
    })?;
    if format.is_binary() {
        return Err(Failure::Usage(format!("{argument} is not for the screen; .export writes such a file")));
    }
    repl.settings.format = format;
    Ok(Flow::RAN)
}

/// The names of the formats of text.
pub fn format_names() -> impl Iterator<Item = String> {
    let texts = Format::value_variants().iter().filter(|format| !format.is_binary());
    let values = texts.filter_map(ValueEnum::to_possible_value);
    values.map(|value| value.get_name().to_owned())
}

pub fn set(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let (name, value) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
    if name.is_empty() {
        let columns = [
            ("Setting", ScalarType::String),
            ("Value", ScalarType::String),
            ("What it is", ScalarType::String),
        ];
        let mut rows = ResultBuilder::new(&columns);
        for setting in SETTINGS {
            let texts = [setting.name.to_owned(), (setting.get)(&repl.settings), setting.doc.to_owned()];
            rows.push(&texts.map(Value::String));
        }
        show::result(&repl.settings, None, &rows.finish(), None)?;
        return Ok(Flow::RAN);
    }
    let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
        let hint = kql_parser::nearest(name, SETTINGS.iter().map(|setting| setting.name))
            .map_or(".set lists them".to_owned(), |near| format!("did you mean {near}?"));
        return Err(Failure::Usage(format!("there is no setting {name}; {hint}")));
    };
    let why = |why| Failure::Usage(format!("{name}: {why}"));
    (setting.set)(&mut repl.settings, value.trim()).map_err(why)?;
    Ok(Flow::RAN)
}
