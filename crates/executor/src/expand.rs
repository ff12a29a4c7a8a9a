//! `mv-expand`: a row for each element of a dynamic.
//!
//! Semantics of <https://learn.microsoft.com/kusto/query/mv-expand-operator>. Several columns advance in lockstep, short
//! ones padded with null. A null, and a value that is neither array nor bag, counts as one element; an empty array as none.

mod expanded_dictionary;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, Int64Array, StringViewArray, UInt32Array};
use kql_functions::Context;
use kql_planner::plan::MvExpand;
use kql_types::dynamic::{Json, JsonKind};
use kql_types::{Batch, Column, ColumnBuilder, ScalarType, Schema, Texts, Value, datetime, guid};

use crate::QueryError;
use crate::by_code::ByCode;
use crate::distinct_texts::{DistinctTexts, distinct};
use crate::expression::CompiledExpr;
use crate::json_parts::JsonParts;
use crate::pipeline::{Emit, Stage};
use crate::query::Query;
use expanded_dictionary::ExpandedDictionary;

/// Rows of output that are made at once, unless one row of input gives more.
const OUTPUT_ROWS: usize = 1 << 14;

/// The operator.
#[derive(Debug)]
pub(crate) struct Expand {
    columns: Vec<ExpandedColumn>,
    item_index: bool,
    limit: usize,
    bags_as_arrays: bool,
    schema: Arc<Schema>,
    context: Arc<Context>,
    by_code: ByCode<ExpandedDictionary>,
}

#[derive(Debug)]
struct ExpandedColumn {
    expression: CompiledExpr,
    output: usize,
    data_type: ScalarType,
}

impl Expand {
    pub(crate) fn new(expand: &MvExpand, schema: Arc<Schema>, query: &Query) -> Result<Self, QueryError> {
        let columns = expand
            .columns
            .iter()
            .map(|column| {
                let expression = CompiledExpr::compile(&column.expression, query)?;
                Ok(ExpandedColumn { expression, output: column.output, data_type: column.data_type })
            })
            .collect::<Result<Vec<_>, QueryError>>()?;
        Ok(Self {
            columns,
            item_index: expand.item_index,
            limit: expand.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX)),
            bags_as_arrays: expand.bags_as_arrays,
            schema,
            context: query.context.clone(),
            by_code: ByCode::default(),
        })
    }

    fn expansion<'a>(&self, texts: &'a Texts) -> Expansion<'a> {
        // Several columns are padded to the longest of them, row by row.
        if let ([column], Some(coded)) = (self.columns.as_slice(), texts.as_coded()) {
            let expand = |dictionary: &_| {
                ExpandedDictionary::new(dictionary, column.data_type, self.limit, self.bags_as_arrays)
            };
            if let Some(dictionary) = self.by_code.found(coded, expand) {
                return Expansion::ByCode(dictionary, &coded.codes);
            }
        }
        Expansion::Found(Elements::find(texts, self.limit))
    }

    /// The output for these rows of the input, of which row `i` gives `lengths[i]`.
    fn output(
        &self,
        batch: &Batch,
        elements: &[Expansion<'_>],
        rows: Range<usize>,
        lengths: &[usize],
    ) -> Batch {
        let origins: UInt32Array = rows
            .clone()
            .flat_map(|row| std::iter::repeat_n(row as u32, lengths[row]))
            .collect::<Vec<_>>()
            .into();
        let total = origins.len();
        let mut columns = Vec::with_capacity(self.schema.len());
        for output in 0..self.schema.len() {
            let expanded = self.columns.iter().position(|column| column.output == output);
            columns.push(match expanded {
                Some(which) => elements[which].column(
                    self.columns[which].data_type,
                    rows.clone(),
                    lengths,
                    self.bags_as_arrays,
                ),
                None => match batch.columns.get(output) {
                    Some(column) => column.take(&origins),
                    None => item_indexes(rows.clone(), lengths),
                },
            });
        }
        Batch::new(self.schema.clone(), columns, total)
    }
}

/// The elements of a column's values, however they were found.
enum Expansion<'a> {
    Found(Elements<'a>),
    /// Those of a dictionary, and the code of each row.
    ByCode(Arc<ExpandedDictionary>, &'a [u32]),
}

impl Expansion<'_> {
    fn length(&self, row: usize) -> usize {
        match self {
            Expansion::Found(elements) => elements.length(row),
            Expansion::ByCode(dictionary, codes) => dictionary.length(codes[row]),
        }
    }

    fn column(
        &self,
        data_type: ScalarType,
        rows: Range<usize>,
        lengths: &[usize],
        bags_as_arrays: bool,
    ) -> Column {
        match self {
            Expansion::Found(elements) => elements.column(data_type, rows, lengths, bags_as_arrays),
            Expansion::ByCode(dictionary, codes) => dictionary.column(&codes[rows]),
        }
    }
}

fn item_indexes(rows: Range<usize>, lengths: &[usize]) -> Column {
    Column::Long(Int64Array::from_iter_values(rows.flat_map(|row| 0..lengths[row] as i64)))
}

impl Stage for Expand {
    fn push(&self, batch: Batch, emit: &mut Emit<'_>) -> Result<(), QueryError> {
        debug_assert!(!self.item_index || self.schema.len() > batch.columns.len());
        let inputs = self
            .columns
            .iter()
            .map(|column| column.expression.column(&batch.columns, batch.rows, &self.context))
            .collect::<Result<Vec<Column>, QueryError>>()?;
        let texts = inputs.iter().zip(&self.columns).map(|(input, column)| match input {
            Column::Dynamic(texts) => Ok(texts),
            other => Err(QueryError::evaluation(
                format!("mv-expand needs a dynamic, not {}", other.data_type()),
                column.expression.span(),
            )),
        });
        let texts = texts.collect::<Result<Vec<&Texts>, QueryError>>()?;
        let elements: Vec<Expansion<'_>> = texts.into_iter().map(|texts| self.expansion(texts)).collect();
        let longest = |row: usize| elements.iter().map(|one| one.length(row)).max().unwrap_or(0);
        let lengths: Vec<usize> = (0..batch.rows).map(longest).collect();
        let mut start = 0;
        while start < batch.rows {
            let (mut end, mut total) = (start + 1, lengths[start]);
            while end < batch.rows && total + lengths[end] <= OUTPUT_ROWS {
                total += lengths[end];
                end += 1;
            }
            if total > 0 {
                emit(self.output(&batch, &elements, start..end, &lengths))?;
            }
            start = end;
        }
        Ok(())
    }
}

/// The elements of a column's values, as places in their texts.
struct Elements<'a> {
    texts: Cow<'a, StringViewArray>,
    /// For each row the place of its text among the texts, where these are the different ones only.
    rows: Option<Vec<u32>>,
    places: Vec<Place>,
    /// The elements of text `i` are `places[ends[i - 1]..ends[i]]`.
    ends: Vec<usize>,
}

/// Where an element stands in its row's text.
#[derive(Clone, Copy)]
struct Place {
    start: u32,
    end: u32,
    /// Where the value begins, of a bag's member: text before it is the key and a colon. Else `start`.
    value: u32,
}

impl<'a> Elements<'a> {
    fn find(texts: &'a StringViewArray, limit: usize) -> Self {
        let (texts, rows) = match distinct(texts) {
            Some(DistinctTexts { texts, places }) => (Cow::Owned(texts), Some(places)),
            None => return Self::find_each(texts, limit),
        };
        Self::of(texts, rows, limit)
    }

    /// The same, without a search for texts that repeat.
    fn find_each(texts: &'a StringViewArray, limit: usize) -> Self {
        Self::of(Cow::Borrowed(texts), None, limit)
    }

    fn of(texts: Cow<'a, StringViewArray>, rows: Option<Vec<u32>>, limit: usize) -> Self {
        let mut places = Vec::with_capacity(texts.len());
        let mut ends = Vec::with_capacity(texts.len());
        for text in texts.iter() {
            find_places(text.unwrap_or(""), limit, &mut places);
            ends.push(places.len());
        }
        Self { texts, rows, places, ends }
    }

    /// The place of a row's text among the texts.
    fn text_of(&self, row: usize) -> usize {
        self.rows.as_ref().map_or(row, |rows| rows[row] as usize)
    }

    fn of_row(&self, row: usize) -> &[Place] {
        let text = self.text_of(row);
        let start = if text == 0 { 0 } else { self.ends[text - 1] };
        &self.places[start..self.ends[text]]
    }

    fn length(&self, row: usize) -> usize {
        self.of_row(row).len()
    }

    /// The elements as a column of that type, each row padded to its length.
    fn column(
        &self,
        data_type: ScalarType,
        rows: Range<usize>,
        lengths: &[usize],
        bags_as_arrays: bool,
    ) -> Column {
        if !matches!(data_type, ScalarType::String | ScalarType::Dynamic) {
            return self.converted(data_type, rows, lengths);
        }
        let total = rows.clone().map(|row| lengths[row]).sum();
        let mut parts = JsonParts::of(&self.texts, total);
        let mut scratch = String::new();
        for row in rows {
            let at = self.text_of(row);
            let text = parts.text(at).unwrap_or("");
            let places = self.of_row(row);
            for place in places {
                scratch.clear();
                match data_type {
                    ScalarType::Dynamic => {
                        push_dynamic(&mut parts, at, text, *place, bags_as_arrays, &mut scratch)
                    }
                    _ => push_text(&mut parts, at, text, *place, &mut scratch),
                }
            }
            for _ in places.len()..lengths[row] {
                match data_type {
                    ScalarType::Dynamic => parts.push_null(),
                    _ => parts.push_own(""),
                }
            }
        }
        match data_type {
            ScalarType::Dynamic => Column::Dynamic(parts.finish().into()),
            _ => Column::String(parts.finish().into()),
        }
    }

    fn converted(&self, data_type: ScalarType, rows: Range<usize>, lengths: &[usize]) -> Column {
        let mut builder = ColumnBuilder::new(data_type);
        for row in rows {
            let at = self.text_of(row);
            let text = if self.texts.is_null(at) { "" } else { self.texts.value(at) };
            let places = self.of_row(row);
            for place in places {
                builder.push(&convert(place.json(text), data_type));
            }
            (places.len()..lengths[row]).for_each(|_| builder.push_absent());
        }
        builder.finish()
    }
}

impl Place {
    fn text(self, whole: &str) -> &str {
        whole.get(self.start as usize..self.end as usize).unwrap_or("")
    }

    /// The element; of a bag's member, nothing that converts to a scalar.
    fn json(self, whole: &str) -> Json<'_> {
        match self.value == self.start && self.end > self.start {
            true => Json::new(self.text(whole)),
            false => Json::new("null"),
        }
    }
}

/// Adds the places of the elements of `text`, which is `""` for null.
fn find_places(text: &str, limit: usize, places: &mut Vec<Place>) {
    let place = |part: &str| {
        let start = part.as_ptr().addr().wrapping_sub(text.as_ptr().addr()) as u32;
        Place { start, end: start + part.len() as u32, value: start }
    };
    let json = Json::new(text);
    match json.kind() {
        _ if text.is_empty() => places.push(Place { start: 0, end: 0, value: 0 }),
        JsonKind::Array => places.extend(json.elements().take(limit).map(|element| place(element.text()))),
        JsonKind::Bag => {
            // Compact text: a member starts behind the brace or the comma that follows the member before.
            let mut start = 1;
            for (_, value) in json.members().take(limit) {
                let found = place(value.text());
                places.push(Place { start, ..found });
                start = found.end + 1;
            }
        }
        _ => places.push(place(text)),
    }
}

fn push_dynamic(
    parts: &mut JsonParts<'_>,
    row: usize,
    text: &str,
    place: Place,
    bags_as_arrays: bool,
    scratch: &mut String,
) {
    let part = place.text(text);
    if part.is_empty() || part == "null" {
        return parts.push_null();
    }
    if place.value == place.start {
        return parts.push_part(row, part);
    }
    if bags_as_arrays {
        let (key, value) = part.split_at((place.value - place.start) as usize);
        scratch.extend(["[", key.strip_suffix(':').unwrap_or(key), ",", value, "]"]);
    } else {
        scratch.extend(["{", part, "}"]);
    }
    parts.push_own(scratch);
}

/// As `tostring` shows the element.
fn push_text(parts: &mut JsonParts<'_>, row: usize, text: &str, place: Place, scratch: &mut String) {
    let part = place.text(text);
    if place.value != place.start {
        scratch.extend(["{", part, "}"]);
        return parts.push_own(scratch);
    }
    match Json::new(part).as_str() {
        Some(characters) => parts.push_part(row, &characters),
        None if part == "null" => parts.push_own(""),
        None => parts.push_part(row, part),
    }
}

/// What an element is as a value of that type: numbers are truncated to whole ones, texts are read only where the type has
/// no form of its own in JSON.
fn convert(json: Json<'_>, data_type: ScalarType) -> Value {
    let number = || json.as_i64().or_else(|| json.as_f64().map(|value| value.trunc() as i64));
    let found = match data_type {
        ScalarType::Long => number().map(Value::Long),
        ScalarType::Int => number().and_then(|value| i32::try_from(value).ok()).map(Value::Int),
        ScalarType::Real => json.as_f64().map(Value::Real),
        ScalarType::Bool => json.as_bool().or_else(|| json.as_i64().map(|value| value != 0)).map(Value::Bool),
        ScalarType::DateTime => json.as_str().and_then(|text| datetime::parse(&text)).map(Value::DateTime),
        ScalarType::Guid => json.as_str().and_then(|text| guid::parse(&text)).map(Value::Guid),
        _ => None,
    };
    found.unwrap_or(Value::Null(data_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(texts: &[Option<&str>], data_type: ScalarType, bags_as_arrays: bool) -> Vec<Value> {
        let texts: StringViewArray = texts.iter().copied().collect();
        let elements = Elements::find(&texts, usize::MAX);
        let rows = 0..texts.len();
        let lengths: Vec<usize> = rows.clone().map(|row| elements.length(row)).collect();
        let column = elements.column(data_type, rows, &lengths, bags_as_arrays);
        (0..column.len()).map(|row| column.value(row)).collect()
    }

    fn dynamics(texts: &[&str]) -> Vec<Value> {
        texts.iter().map(|text| Value::Dynamic((*text).to_owned())).collect()
    }

    #[test]
    fn null_is_one_element_and_an_empty_array_none() {
        let null = Value::Null(ScalarType::Dynamic);
        assert_eq!(expanded(&[None, Some("[]"), Some("{}")], ScalarType::Dynamic, false), [null]);
    }

    #[test]
    fn arrays_bags_and_scalars() {
        let texts =
            [Some(r#"[1,"a longer text in an array",null]"#), Some(r#"{"a":1,"b, \"c":[2,3]}"#), Some("5")];
        let mut wanted = dynamics(&["1", r#""a longer text in an array""#]);
        wanted.push(Value::Null(ScalarType::Dynamic));
        wanted.extend(dynamics(&[r#"{"a":1}"#, r#"{"b, \"c":[2,3]}"#, "5"]));
        assert_eq!(expanded(&texts, ScalarType::Dynamic, false), wanted);
        assert_eq!(
            expanded(&texts[1..2], ScalarType::Dynamic, true),
            dynamics(&[r#"["a",1]"#, r#"["b, \"c",[2,3]]"#])
        );
    }

    #[test]
    fn converts_to_types() {
        let texts = [Some(r#"[1.9,-1.9,"7",true,null]"#)];
        let null = Value::Null(ScalarType::Long);
        assert_eq!(
            expanded(&texts, ScalarType::Long, false),
            [Value::Long(1), Value::Long(-1), null.clone(), null.clone(), null]
        );
        let strings = ["1.9", "-1.9", "7", "true", ""].map(|text| Value::String(text.to_owned()));
        assert_eq!(expanded(&texts, ScalarType::String, false), strings);
    }
}
