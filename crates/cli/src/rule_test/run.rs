//! Runs the cases of a rule as Sentinel would run the rule at that moment: tables have only what lies within its
//! queryPeriod.

use std::path::Path;
use std::time::Instant;

use kql_rules::Rule;
use kql_rules::alert::{self, Rows, Window};
use kql_rules::test_file::{Data, TestCase, TestFile};
use kql_tables::WATCHLIST;
use kql_types::datetime;

use super::judge::{Given, judge};
use super::{CaseResult, FileResult, Mismatch};
use crate::args::{DataArguments, Moment};
use crate::changes::OWN_FOLDER;
use crate::failure::Failure;
use crate::session::{Job, Session};
use crate::source::Source;

/// Runs all cases of a file. `data` says what is known besides the tables of the cases.
pub fn file(rule: &Rule, file: TestFile, data: &DataArguments) -> FileResult {
    let result = |case: &TestCase| {
        let started = Instant::now();
        let mismatches = run(rule, &file, case, data).unwrap_or_else(|failure| vec![failed(&failure)]);
        CaseResult { mismatches, time: started.elapsed() }
    };
    let results = file.cases.iter().map(result).collect();
    FileResult { file, results }
}

fn failed(failure: &Failure) -> Mismatch {
    let rendered = anstream::adapter::strip_str(&failure.render()).to_string();
    let lines = rendered.lines().map(str::to_owned).collect();
    Mismatch { message: format!("it did not run: {}", failure.summary()), lines, instead: None }
}

fn run(
    rule: &Rule,
    file: &TestFile,
    case: &TestCase,
    data: &DataArguments,
) -> Result<Vec<Mismatch>, Failure> {
    let folder = tempfile::Builder::new()
        .prefix(OWN_FOLDER)
        .tempdir()
        .map_err(|error| Failure::io("cannot make a folder for the tables", &error))?;
    let data = arguments(case, data, folder.path())?;
    let mut session = open(rule, case, data)?;
    session.fix_now();
    let period = rule.metadata.schedule.period;
    let job = Job { period, ..Job::new(Source::of_rule(rule)) };
    let answer =
        session.run_all(&[job]).pop().unwrap_or_else(|| Err(Failure::Data("no answer".to_owned())))?;
    let Some(result) = answer.results.first() else {
        return Err(Failure::Data("the query gives no result".to_owned()));
    };
    let rows = Rows { schema: &result.schema, batches: &result.batches };
    let until = session.now();
    let window = Window { after: period.map(|period| until.saturating_sub(period)), until };
    let alerts = alert::raise(rule, rows, window);
    Ok(judge(case, &file.text, &Given { rows, alerts: &alerts }))
}

/// A session over the tables of a case. Without a moment it is that of the newest record.
fn open(rule: &Rule, case: &TestCase, mut data: DataArguments) -> Result<Session, Failure> {
    let beside = std::slice::from_ref(&rule.path);
    if case.now.is_some() || data.now.is_some() {
        return Session::open_for_rules(&data, beside);
    }
    data.now = Some(Moment::Latest);
    Session::open_for_rules(&data, beside).or_else(|_| {
        data.now = None;
        Session::open_for_rules(&data, beside)
    })
}

fn arguments(case: &TestCase, data: &DataArguments, folder: &Path) -> Result<DataArguments, Failure> {
    let mut data = DataArguments { folders: Vec::new(), tables: Vec::new(), ..data.clone() };
    if let Some(now) = &case.now {
        let ticks =
            datetime::parse(now).ok_or_else(|| Failure::Data(format!("'{now}' is not a datetime")))?;
        data.now = Some(Moment::At(ticks));
    }
    data.parameters.extend(case.parameters.iter().cloned());
    let watchlists = case.watchlists.iter().map(|(name, list)| (format!("{WATCHLIST}{name}"), list));
    let tables = case.tables.iter().map(|(name, table)| (name.clone(), table));
    for (number, (name, table)) in tables.chain(watchlists).enumerate() {
        let path = match table {
            Data::Path(path) => path.clone(),
            Data::Rows(lines) => {
                // The name of a table need not be that of a file.
                let path = folder.join(format!("{number}.json"));
                std::fs::write(&path, lines).map_err(|error| Failure::io("cannot write a table", &error))?;
                path
            }
        };
        data.tables.push((name, path.display().to_string()));
    }
    Ok(data)
}
