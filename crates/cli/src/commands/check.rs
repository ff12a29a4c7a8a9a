//! `kql check`: says what is wrong with rules, without running them.

use kql_rules::lint::Level;

use crate::args::{CheckArguments, CheckFormat, DataArguments};
use crate::check::{Checked, Manner, check as check_rules, explain, fix, github, json, sarif, text};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output::write_styled;
use crate::session::Session;
use crate::{rule_pack, terminal};

pub(super) fn check(arguments: &CheckArguments, data: &DataArguments) -> Result<Outcome, Failure> {
    if let Some(code) = &arguments.explain {
        write_styled(None, &explain::explain(code)?)?;
        return Ok(Outcome::Ran);
    }
    let (rules, unreadable) = rule_pack::read(&arguments.paths, &arguments.selection)?;
    let mut session = Session::open_for_rules(data, &arguments.paths)?;
    let manner = Manner { syntax_only: arguments.syntax_only, level: arguments.level };
    let mut failures: Vec<Failure> = unreadable.iter().map(rule_pack::failure).collect();
    let mut checked = Vec::new();
    for one in check_rules(&mut session, rules, manner) {
        match one {
            Ok(one) => checked.push(one),
            Err(failure) => failures.push(failure),
        }
    }
    let mut outcome = verdict(arguments, &checked);
    for failure in &failures {
        terminal::say(&failure.render());
        outcome.and(failure.outcome());
    }
    write(arguments, &checked, &failures)?;
    if arguments.fix {
        let fixed = fix::write(&checked)?;
        terminal::say(&format!("{fixed} legacy spellings replaced\n"));
    }
    Ok(outcome)
}

fn verdict(arguments: &CheckArguments, checked: &[Checked]) -> Outcome {
    let worst = checked.iter().flat_map(|one| &one.found).map(|found| found.level).max();
    match worst {
        Some(Level::Error) => Outcome::BadQuery,
        Some(level) if arguments.fail_on.is_some_and(|least| level >= least) => Outcome::Found,
        _ => Outcome::Ran,
    }
}

fn write(arguments: &CheckArguments, checked: &[Checked], failures: &[Failure]) -> Result<(), Failure> {
    let all = |of_one: fn(&Checked) -> String| checked.iter().map(of_one).collect::<String>();
    let written = match arguments.format {
        CheckFormat::Text => all(text::rule) + &text::summary(checked),
        CheckFormat::Json => all(json::line),
        CheckFormat::Github => all(github::lines),
        CheckFormat::Sarif => {
            let failures: Vec<String> = failures.iter().map(Failure::summary).collect();
            sarif::write(checked, &failures)
        }
    };
    write_styled(arguments.file.as_deref(), &written)
}
