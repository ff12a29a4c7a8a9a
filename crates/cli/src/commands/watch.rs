//! `kql watch`: runs rules again whenever their files or the data change, and shows only what is new.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use kql_rules::alert::{Row, fingerprint};

use crate::answer::{Answer, ResultBuilder, ResultTable};
use crate::args::{DataArguments, OutputArguments, WatchArguments};
use crate::changes::Changes;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output::Output;
use crate::session::{Job, Session};
use crate::source::Source;
use crate::{changes, rule_pack, terminal};

pub(super) fn watch(arguments: &WatchArguments, data: &DataArguments) -> Result<Outcome, Failure> {
    let mut changes = Changes::new()?;
    changes.watch(arguments.paths.iter().map(PathBuf::as_path).chain(changes::paths_of(data)))?;
    let mut shown = Shown::default();
    loop {
        match shown.run(arguments, data) {
            Err(Failure::ClosedPipe) => return Ok(Outcome::Ran),
            Err(failure) => shown.tell("", &failure),
            Ok(()) => {}
        }
        if !changes.wait() {
            return Ok(Outcome::Ran);
        }
    }
}

/// What was shown so far.
#[derive(Default)]
struct Shown {
    /// The rows of each rule.
    rows: HashMap<String, HashSet<[u8; 32]>>,
    /// What last went wrong with each rule.
    failures: HashMap<String, String>,
}

impl Shown {
    fn run(&mut self, arguments: &WatchArguments, data: &DataArguments) -> Result<(), Failure> {
        let (rules, unreadable) = rule_pack::read(&arguments.paths, &arguments.selection)?;
        for error in &unreadable {
            self.tell(&error.path.display().to_string(), &rule_pack::failure(error));
        }
        let mut session = Session::open_for_rules(data, &arguments.paths)?;
        let jobs: Vec<Job> = rules.iter().map(|rule| Job::new(Source::of_rule(rule))).collect();
        let answers = session.run_all(&jobs);
        let format = OutputArguments { format: Some(arguments.format), ..OutputArguments::default() };
        let mut new = Vec::new();
        for (rule, answer) in rules.iter().zip(answers) {
            let name = format!("{}: {}", rule.path.display(), rule.key);
            match answer {
                Ok(answer) => {
                    self.failures.remove(&name);
                    let rows = self.new_rows(&name, &answer);
                    new.extend(rows.into_iter().map(|rows| (rule.key.clone(), rows)));
                }
                Err(failure) => self.tell(&name, &failure),
            }
        }
        self.failures.remove("");
        if new.is_empty() {
            return Ok(());
        }
        let mut output = Output::open(&format, true)?;
        new.iter().try_for_each(|(name, rows)| output.result(Some(name), rows))?;
        output.finish()
    }

    /// The rows of each result that were not shown yet.
    fn new_rows(&mut self, rule: &str, answer: &Answer) -> Vec<ResultTable> {
        let known = self.rows.entry(rule.to_owned()).or_default();
        let mut tables = Vec::new();
        for result in &answer.results {
            let columns: Vec<_> =
                result.schema.fields.iter().map(|field| (&*field.name, field.data_type)).collect();
            let mut table = ResultBuilder::new(&columns);
            let mut count = 0;
            for batch in &result.batches {
                for row in (0..batch.rows).map(|at| Row::new(batch, at)) {
                    if known.insert(fingerprint(row)) {
                        table.push(&(0..columns.len()).map(|at| row.value(at)).collect::<Vec<_>>());
                        count += 1;
                    }
                }
            }
            if count > 0 {
                tables.push(table.finish());
            }
        }
        tables
    }

    /// Tells what went wrong, unless that was told at the run before.
    fn tell(&mut self, about: &str, failure: &Failure) {
        let text = failure.render();
        if self.failures.get(about) != Some(&text) {
            terminal::say(&text);
            self.failures.insert(about.to_owned(), text);
        }
    }
}
