//! `kql run`: runs rules.

use super::{report_notes, settle, show_warnings};
use crate::answer::Answer;
use crate::args::{DataArguments, RunArguments};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;
use crate::source::Source;
use crate::{rule_files, terminal};

pub(super) fn run(arguments: &RunArguments, data: &DataArguments) -> Result<Outcome, Failure> {
    let files = rule_files::find(&arguments.paths)?;
    let mut session = Session::open_for_rules(data, &arguments.paths)?;
    // All rules of a run look back from the same moment.
    session.fix_now();
    let mut output = Output::open(&arguments.output, true)?;
    let mut outcome = Outcome::Ran;
    let mut written = Ok(());
    let sources: Vec<Result<Source, Failure>> = files.iter().map(|path| Source::read(path)).collect();
    let readable: Vec<Source> = sources.iter().flatten().cloned().collect();
    let mut answers = session.run_all(&readable).into_iter();
    for (path, source) in files.iter().zip(sources) {
        let name = rule_files::rule_name(path);
        let answer = source.and_then(|source| {
            let answer = answers.next().unwrap_or_else(|| Err(Failure::Data("no answer".to_owned())))?;
            show_warnings(&source, &answer.warnings);
            Ok(answer)
        });
        if arguments.output.fail_on_results && answer.as_ref().is_ok_and(|answer| answer.rows() > 0) {
            outcome.and(Outcome::Found);
        }
        written = write(&mut output, &name, answer, &mut outcome);
        if written.is_err() {
            break;
        }
    }
    outcome.and(settle(written.and_then(|()| output.finish()).map(|()| Outcome::Ran)));
    outcome.and(report_notes(&mut session));
    Ok(outcome)
}

/// Writes what a rule gave. A rule that failed is told of, and the next one runs.
fn write(
    output: &mut Output,
    name: &str,
    answer: Result<Answer, Failure>,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    match answer {
        Ok(answer) => {
            for result in &answer.results {
                let heading = result.name.as_ref().map(|part| format!("{name}: {part}"));
                output.result(Some(heading.as_deref().unwrap_or(name)), result)?;
            }
            Ok(())
        }
        Err(failure) => {
            terminal::say(&failure.render());
            outcome.and(failure.outcome());
            output.failure(name, &failure.summary())
        }
    }
}
