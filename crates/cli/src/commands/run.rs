//! `kql run`: runs rules.

mod alerts;

use std::time::Instant;

use kql_rules::{Metadata, Origin, PackError, Rule, Severity};

use super::{report_notes, settle, show_warnings};
use crate::answer::ResultTable;
use crate::args::{DataArguments, Format, RuleFormat, RunArguments};
use crate::chart::{ChartFile, ROWS_OF_MANY};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output::{Output, OutputFile};
use crate::report::Circumstances;
use crate::rule_run::once::{Alerts, Manner};
use crate::rule_run::{Decision, RuleReport, RunReport, Status, once, replay, summary};
use crate::session::Session;
use crate::source::Source;
use crate::{report, rule_pack, terminal};

pub(super) fn run(arguments: &RunArguments, data: &DataArguments) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let (rules, errors) = rule_pack::read(&arguments.paths, &arguments.selection)?;
    let mut session = Session::open_for_rules(data, &arguments.paths)?;
    // All rules of a run look back from the same moment.
    session.fix_now();
    // A file that cannot be written is better known before than after.
    let charts = arguments.charts.chart.as_deref().map(ChartFile::named).transpose()?;
    let destination = Destination::open(arguments)?;
    let mut run = RunReport {
        rules: run_rules(arguments, &mut session, rules),
        decision: decision(arguments),
        time: Default::default(),
    };
    run.rules.extend(errors.iter().map(unreadable));
    run.time = started.elapsed();
    let mut outcome = tell(&run);
    outcome.and(verdict(arguments, &run));
    let written = destination.write(arguments, &run, &session);
    outcome.and(settle(written.map(|()| Outcome::Ran)));
    if let Some(file) = charts {
        outcome.and(settle(file.write(&wanted_charts(&run), ROWS_OF_MANY).map(|()| Outcome::Ran)));
    }
    outcome.and(report_notes(&mut session));
    if run.rules.len() > 1 {
        settle(sum_up(arguments, &run).map(|()| Outcome::Ran));
    }
    Ok(outcome)
}

/// Tells people in short of each rule, unless a program reads the results where they would see it.
fn sum_up(arguments: &RunArguments, run: &RunReport) -> Result<(), Failure> {
    let stands_below_results = arguments.file.is_none();
    if stands_below_results && arguments.format() != RuleFormat::Rows(Format::Table) {
        return Ok(());
    }
    if stands_below_results {
        terminal::say("\n");
    }
    let mut people = Output::to_people();
    people.result(None, &summary::table(run))?;
    people.finish()?;
    terminal::say(&summary::sentence(run));
    Ok(())
}

fn run_rules(arguments: &RunArguments, session: &mut Session, rules: Vec<Rule>) -> Vec<RuleReport> {
    if let Some(period) = arguments.replay {
        return replay::run(session, rules, period);
    }
    let alerts = match (decision(arguments), arguments.format()) {
        (Decision::Trigger, _) => Alerts::OfTrigger,
        (Decision::Rows, RuleFormat::Report(_)) => Alerts::OfRows,
        (Decision::Rows, RuleFormat::Rows(_)) => Alerts::None,
    };
    once::run(session, rules, Manner { scheduled: arguments.scheduled, alerts })
}

fn decision(arguments: &RunArguments) -> Decision {
    let by_trigger = arguments.scheduled || arguments.replay.is_some() || writes_alerts(arguments);
    if by_trigger { Decision::Trigger } else { Decision::Rows }
}

/// Whether alerts are written, one by one or grouped, in place of rows.
fn writes_alerts(arguments: &RunArguments) -> bool {
    arguments.alerts || arguments.incidents
}

/// A file that could not be read stands among the rules as one that failed.
fn unreadable(error: &PackError) -> RuleReport {
    let key = error.path.file_stem().unwrap_or(error.path.as_os_str()).to_string_lossy().into_owned();
    let rule = Rule {
        key,
        path: error.path.clone(),
        metadata_path: None,
        metadata_text: None,
        query: String::new(),
        origin: Origin::part("".into(), 0),
        metadata: Metadata::default(),
    };
    RuleReport { rule, outcome: Err(rule_pack::failure(error)), alerts: Vec::new() }
}

/// Tells of warnings and failures.
fn tell(run: &RunReport) -> Outcome {
    let mut outcome = Outcome::Ran;
    for report in &run.rules {
        match &report.outcome {
            Ok(answer) => show_warnings(&Source::of_rule(&report.rule), &answer.warnings),
            Err(failure) => {
                terminal::say(&failure.render());
                outcome.and(failure.outcome());
            }
        }
    }
    outcome
}

/// Whether something was found that must not be there.
fn verdict(arguments: &RunArguments, run: &RunReport) -> Outcome {
    let counts = |report: &RuleReport| {
        let severity = report.rule.metadata.severity.unwrap_or(Severity::Medium);
        let is_grave = arguments.fail_on.is_some_and(|least| severity >= least);
        (arguments.fail_on_results && report.rows() > 0)
            || (is_grave && report.status(run.decision) == Status::Hit)
    };
    if run.rules.iter().any(counts) { Outcome::Found } else { Outcome::Ran }
}

/// Where results go.
enum Destination {
    Rows(Output, Format),
    Report(OutputFile, crate::args::Report),
}

impl Destination {
    fn open(arguments: &RunArguments) -> Result<Self, Failure> {
        Ok(match arguments.format() {
            // Alerts are one table, and stand under no heading.
            RuleFormat::Rows(format) => {
                Self::Rows(Output::open(&arguments.output(format), !writes_alerts(arguments))?, format)
            }
            RuleFormat::Report(format) => Self::Report(OutputFile::open(arguments.file.as_deref())?, format),
        })
    }

    fn write(self, arguments: &RunArguments, run: &RunReport, session: &Session) -> Result<(), Failure> {
        match self {
            Self::Rows(mut output, format) if writes_alerts(arguments) => {
                output.result(None, &alerts::table(arguments, run, format))?;
                output.finish()
            }
            Self::Rows(mut output, _) => {
                run.rules.iter().try_for_each(|report| write_rows(&mut output, report))?;
                output.finish()
            }
            Self::Report(file, format) => {
                let paths = arguments.paths.iter().map(|path| path.display().to_string());
                let circumstances = Circumstances {
                    paths: paths.collect::<Vec<_>>().join(" "),
                    now: session.now(),
                    fail_on: arguments.fail_on,
                };
                file.write(report::write(format, run, &circumstances))
            }
        }
    }
}

/// The results that want to be drawn, under the names of their rules.
fn wanted_charts(run: &RunReport) -> Vec<(Option<String>, &ResultTable)> {
    let answers = run.rules.iter().filter_map(|report| Some((&report.rule, report.outcome.as_ref().ok()?)));
    let results = answers.flat_map(|(rule, answer)| answer.results.iter().map(move |result| (rule, result)));
    let wanted = results.filter(|(_, result)| result.visualization.is_some());
    wanted.map(|(rule, result)| (Some(rule.name().to_owned()), result)).collect()
}

fn write_rows(output: &mut Output, report: &RuleReport) -> Result<(), Failure> {
    let name = &report.rule.key;
    match &report.outcome {
        Ok(answer) => {
            for result in &answer.results {
                let heading = result.name.as_ref().map(|part| format!("{name}: {part}"));
                output.result(Some(heading.as_deref().unwrap_or(name)), result)?;
            }
            Ok(())
        }
        Err(failure) => output.failure(name, &failure.summary()),
    }
}
