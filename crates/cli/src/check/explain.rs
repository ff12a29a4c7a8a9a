//! What a check finds, and why that matters.

use kql_rules::lint::{CHECKS, Check, check};

use crate::failure::Failure;

/// The check of that code or name; all of them for `all`.
pub fn explain(code: &str) -> Result<String, Failure> {
    if code == "all" {
        let texts: Vec<String> = CHECKS.iter().map(text).collect();
        return Ok(texts.join("\n"));
    }
    check(code).map(text).ok_or_else(|| {
        let names = CHECKS.iter().flat_map(|check| [check.code, check.name]);
        let hint = kql_parser::nearest(code, names).map(|nearest| format!("; did you mean {nearest}?"));
        Failure::Usage(format!("there is no check '{code}'{}", hint.unwrap_or_default()))
    })
}

fn text(check: &Check) -> String {
    let indented = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    format!(
        "{} {} ({})\n{}\n{}\n\nFound in:\n\n{}\nBetter:\n\n{}\nLeave it out with a comment: // kql-ignore: {}\n",
        check.code,
        check.name,
        check.level,
        check.summary,
        check.why,
        indented(check.example),
        indented(check.better),
        check.code,
    )
}
