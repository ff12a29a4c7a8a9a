//! `kql query`: runs one query.

use super::{report_notes, settle, show_warnings, source_of_argument};
use crate::args::{DataArguments, QueryArguments};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;
use crate::source::Source;

pub(super) fn query(arguments: &QueryArguments, data: &DataArguments) -> Result<Outcome, Failure> {
    let source = source_of_argument(&arguments.text, &arguments.files)?;
    let mut session = Session::open(data, &arguments.files)?;
    let source = session.place(source)?;
    let mut outcome = settle(answer(arguments, &mut session, &source));
    outcome.and(report_notes(&mut session));
    Ok(outcome)
}

fn answer(arguments: &QueryArguments, session: &mut Session, source: &Source) -> Result<Outcome, Failure> {
    let mut output = Output::open(&arguments.output, false)?;
    let answer = session.run(source)?;
    show_warnings(source, &answer.warnings);
    for result in &answer.results {
        output.result(None, result)?;
    }
    output.finish()?;
    let found = arguments.output.fail_on_results && answer.rows() > 0;
    Ok(if found { Outcome::Found } else { Outcome::Ran })
}
