//! The tactics and techniques of the rules, and which of them were hit.

use std::collections::BTreeMap;

use kql_rules::Severity;

use super::class;
use crate::markup::Escaped;
use crate::page::Page;
use crate::report::attack;
use crate::rule_run::{RunReport, Status};

/// What is known of a technique below a tactic.
#[derive(Default)]
struct Cell {
    rules: usize,
    hits: usize,
    worst: Option<Severity>,
}

pub(super) fn write(page: &mut Page, run: &RunReport) {
    let tactics = gather(run);
    if tactics.is_empty() {
        return;
    }
    page.add(format_args!(
        "<section>\n<h2>ATT&amp;CK</h2>\n<p>Techniques that the rules look for, and how many of the rules hit.</p>\n\
         <div class=\"wide\"><div class=\"matrix\">\n"
    ));
    for ((_, tactic), techniques) in &tactics {
        page.add(format_args!("<div><h3>{}</h3>\n", Escaped(attack::name(tactic))));
        for (technique, cell) in techniques {
            let status = if cell.hits > 0 { Status::Hit } else { Status::Clear };
            page.add(format_args!(
                "<p class=\"{}\"><b>{}</b> {} of {}</p>\n",
                class(status, cell.worst),
                Escaped(technique),
                cell.hits,
                cell.rules
            ));
        }
        page.add(format_args!("</div>\n"));
    }
    page.add(format_args!("</div></div>\n</section>\n"));
}

/// By tactic, in the order of an attack, and technique. A rule that names several tactics and techniques counts below
/// each: which belong together it does not say.
fn gather(run: &RunReport) -> BTreeMap<(usize, String), BTreeMap<String, Cell>> {
    let mut tactics: BTreeMap<(usize, String), BTreeMap<String, Cell>> = BTreeMap::new();
    for report in &run.rules {
        let about = &report.rule.metadata;
        let is_hit = report.status(run.decision) == Status::Hit;
        let mut techniques: Vec<&str> = about.techniques.iter().map(|technique| &*technique.text).collect();
        if techniques.is_empty() {
            techniques.push("no technique");
        }
        for tactic in &about.tactics {
            // Spellings of one tactic count together.
            let place = attack::place(&tactic.text);
            let techniques_below = tactics.entry((place, attack::name(&tactic.text).to_owned())).or_default();
            for technique in &techniques {
                let cell = techniques_below.entry((*technique).to_owned()).or_default();
                cell.rules += 1;
                cell.hits += usize::from(is_hit);
                if is_hit {
                    cell.worst = cell.worst.max(Some(about.severity.unwrap_or(Severity::Medium)));
                }
            }
        }
    }
    tactics
}
