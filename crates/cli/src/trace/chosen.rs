//! Which records are followed: those that a predicate chooses, or a key.

use kql_types::{ScalarType, Schema, Value};

use super::steps::{Pipeline, Step};
use crate::failure::Failure;
use crate::session::Session;
use crate::source::{Source, quoted_name};

/// Which records are followed.
#[derive(Clone, Debug)]
pub enum Choice {
    /// Those that meet this predicate.
    Predicate(String),
    /// Those with this value in a column, or with `Column=value`.
    Key(String),
}

impl Choice {
    /// The predicates that choose the records of each pipeline of a text; `None` where none can.
    pub(super) fn predicates(
        &self,
        session: &mut Session,
        text: &str,
        pipelines: &[Pipeline<'_>],
    ) -> Result<Vec<Option<String>>, Failure> {
        let key = match self {
            Choice::Predicate(predicate) => {
                return Ok(pipelines.iter().map(|_| Some(predicate.clone())).collect());
            }
            Choice::Key(key) => key,
        };
        let sources: Vec<Option<Schema>> =
            pipelines.iter().map(|one| schema(session, one.steps.first()?, text)).collect();
        // Where the text in front of `=` is a column anywhere, it is meant as one everywhere.
        let column = key.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
        let is_column = |name| sources.iter().flatten().any(|schema| schema.index_of(name).is_some());
        if let Some((name, value)) = column.filter(|(name, _)| is_column(name)) {
            let predicate = |schema: &Option<Schema>| {
                let schema = schema.as_ref()?;
                Some(equals(name, schema.fields[schema.index_of(name)?].data_type, value))
            };
            return Ok(sources.iter().map(predicate).collect());
        }
        let mut predicates = Vec::new();
        for (pipeline, schema) in pipelines.iter().zip(&sources) {
            predicates.push(match schema {
                Some(schema) => Some(holder(session, text, pipeline, schema, key)?),
                None => None,
            });
        }
        if let Some((name, _)) = column
            && predicates.iter().flatten().all(|predicate| predicate == NONE)
        {
            let message = format!("no source of the rule has a column '{name}', nor a record with '{key}'");
            return Err(Failure::Usage(message));
        }
        Ok(predicates)
    }
}

/// Chooses no record.
const NONE: &str = "false";

/// The predicate of the column in which a record of the source has the key. Of several it is the one that can be
/// followed the furthest.
fn holder(
    session: &mut Session,
    text: &str,
    pipeline: &Pipeline<'_>,
    schema: &Schema,
    key: &str,
) -> Result<String, Failure> {
    let predicates: Vec<String> =
        schema.fields.iter().map(|field| equals(&field.name, field.data_type, key)).collect();
    let counts: Vec<String> =
        predicates.iter().enumerate().map(|(at, one)| format!("c{at} = countif({one})")).collect();
    let source = pipeline.steps.first().map(|step| step.query(text)).unwrap_or_default();
    let counted = format!("{source}\n| summarize {}", counts.join(", "));
    let counts = super::values(&session.run(&Source::new("--row", counted))?);
    let found = predicates.iter().zip(&counts).filter(|(_, (_, count))| *count != Value::Long(0));
    let followed = |predicate: &String| {
        let binds = |step: &&Step<'_>| {
            let text = format!("{}\n| where {predicate}", step.query(text));
            session.check(&Source::new("--row", text)).is_ok()
        };
        pipeline.steps.iter().take_while(binds).count()
    };
    // Of those that are equally good the first, as `max_by_key` takes the last.
    let best = found.rev().max_by_key(|(predicate, _)| followed(predicate));
    Ok(best.map_or(NONE, |(predicate, _)| predicate).to_owned())
}

/// The columns of what comes out of a step, if it binds.
fn schema(session: &Session, step: &Step<'_>, text: &str) -> Option<Schema> {
    let bound = session.check(&Source::new("--row", step.query(text))).ok()?;
    bound.results.last().map(|result| (*result.plan.schema).clone())
}

/// Whether a column has the value that the text stands for; of a text that is no value of the column's type it has not.
fn equals(column: &str, data_type: ScalarType, text: &str) -> String {
    let column = quoted_name(column);
    let literal = format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
    match data_type {
        ScalarType::String => format!("{column} == {literal}"),
        ScalarType::Dynamic => format!("tostring({column}) == {literal}"),
        other => format!("{column} == to{other}({literal})"),
    }
}
