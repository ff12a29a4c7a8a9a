//! `kql query`: runs one query.

use super::{report_notes, settle, show_warnings, source_of_argument};
use crate::answer::{Answer, ResultTable};
use crate::args::{DataArguments, OutputArguments, QueryArguments};
use crate::chart::{Canvas, ChartFile, ROWS_OF_MANY, draw, drawn};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;
use crate::source::Source;
use crate::terminal;
use crate::time_zone::TimeZone;

pub(super) fn query(arguments: &QueryArguments, data: &DataArguments) -> Result<Outcome, Failure> {
    let source = source_of_argument(&arguments.text, &arguments.files)?;
    let mut session = Session::open(data, &arguments.files)?;
    let source = session.place(source)?;
    let mut outcome = settle(answer(arguments, &mut session, &source));
    outcome.and(report_notes(&mut session));
    Ok(outcome)
}

fn answer(arguments: &QueryArguments, session: &mut Session, source: &Source) -> Result<Outcome, Failure> {
    let file = arguments.charts.chart.as_deref().map(ChartFile::named).transpose()?;
    let page = page(&arguments.output);
    let output = page.is_none().then(|| Output::open(&arguments.output, false)).transpose()?;
    let answer = session.run(source)?;
    show_warnings(source, &answer.warnings);
    // Charts as text stand where the rows would.
    if let Some(mut output) = output.filter(|_| !file.as_ref().is_some_and(ChartFile::is_text)) {
        let draws = file.is_none() && shows_charts(&arguments.output);
        answer.results.iter().try_for_each(|result| show(&mut output, result, draws))?;
        output.finish()?;
    }
    if let Some(page) = page {
        page.write(&headed(&answer), usize::MAX)?;
    }
    if let Some(file) = file {
        file.write(&headed(&answer), ROWS_OF_MANY)?;
    }
    let found = arguments.output.fail_on_results && answer.rows() > 0;
    Ok(if found { Outcome::Found } else { Outcome::Ran })
}

/// The page or picture that the output's ending asks for, if no format is asked for.
fn page(output: &OutputArguments) -> Option<ChartFile> {
    let path = output.file.as_deref().filter(|_| output.format.is_none())?;
    ChartFile::named(path).ok().filter(|file| !file.is_text())
}

/// Whether results are looked at by people who did not ask for another form.
fn shows_charts(output: &OutputArguments) -> bool {
    output.format.is_none() && output.file.is_none() && terminal::width().is_some()
}

fn show(output: &mut Output, result: &ResultTable, draws: bool) -> Result<(), Failure> {
    match draws.then(|| drawn(result, TimeZone::default())).flatten() {
        Some(chart) => output.text_of(&draw(&chart, Canvas::of_terminal())),
        None => output.result(None, result),
    }
}

/// The results, each under its name where there are several.
fn headed(answer: &Answer) -> Vec<(Option<String>, &ResultTable)> {
    let several = answer.results.len() > 1;
    answer.results.iter().map(|result| (result.name.clone().filter(|_| several), result)).collect()
}
