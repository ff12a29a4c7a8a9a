//! Access to properties and elements of a dynamic: `d[index]`, `d[key]`, and constant paths.

use kql_types::ScalarType::{Dynamic, String};
use kql_types::dynamic::{Json, JsonKind};
use kql_types::{Column, Operand, PathStep, Strings, Value};

use crate::kernel::dynamic::Parts;
use crate::{
    Call, Example, KernelError, Overload, ParameterType, ResultName, Returns, ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&ACCESS];

static ACCESS: ScalarFunction = ScalarFunction {
    names: &["[]"],
    doc: "The element at a computed position, negative from the end, or the property of a computed name; null if there is \
          none. <https://learn.microsoft.com/kusto/query/scalar-data-types/dynamic>",
    examples: &[
        Example { query: "print d = dynamic([1, 2, 3]), i = -1 | project d[i]", result: "3" },
        Example { query: "print d = dynamic({'a': 'x'}), k = 'a' | project d[k]", result: "x" },
    ],
    result_name: ResultName::Generated,
    overloads: &[
        Overload::new(
            &[ParameterType::Exact(Dynamic), ParameterType::Integer],
            Returns::Exact(Dynamic),
            by_position,
        ),
        Overload::new(
            &[ParameterType::Exact(Dynamic), ParameterType::Exact(String)],
            Returns::Exact(Dynamic),
            by_name,
        ),
        Overload::new(
            &[ParameterType::Exact(Dynamic), ParameterType::Exact(Dynamic)],
            Returns::Exact(Dynamic),
            by_either,
        ),
    ],
    support: Support::Rows,
};

/// The value below each value of a dynamic column to which the steps lead; null where they lead nowhere. Nothing is
/// copied.
pub fn walk_column(column: &Operand, steps: &[PathStep], rows: usize) -> Column {
    select(column, rows, |_, json| json.walk(steps))
}

fn by_position(call: &Call<'_>) -> Result<Column, KernelError> {
    let positions = call.arguments[1].longs();
    Ok(select(&call.arguments[0], call.rows, |row, json| json.index(positions.get(row)?)))
}

fn by_name(call: &Call<'_>) -> Result<Column, KernelError> {
    let names = call.arguments[1].strings();
    Ok(select(&call.arguments[0], call.rows, |row, json| json.get(names.text(row))))
}

fn by_either(call: &Call<'_>) -> Result<Column, KernelError> {
    let keys = call.arguments[1].strings();
    Ok(select(&call.arguments[0], call.rows, |row, json| {
        let key = Json::new(keys.get(row)?);
        match key.kind() {
            JsonKind::String => json.get(&key.as_str()?),
            _ => json.index(key.as_i64()?),
        }
    }))
}

/// What `inside` finds in each value of a dynamic operand.
fn select<'a>(
    column: &'a Operand,
    rows: usize,
    inside: impl Fn(usize, Json<'a>) -> Option<Json<'a>>,
) -> Column {
    let find = |row, text| inside(row, Json::new(text)).filter(|found| !found.is_null()).map(Json::text);
    match column.strings() {
        Strings::Array(whole) => {
            let mut parts = Parts::new(whole);
            for (row, text) in whole.iter().enumerate() {
                parts.push(row, text.and_then(|text| find(row, text)));
            }
            parts.finish()
        }
        Strings::Constant(None) => Column::repeat(&Value::Null(Dynamic), rows),
        Strings::Constant(Some(text)) => Column::Dynamic((0..rows).map(|row| find(row, text)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(column: &Column) -> Vec<Option<&str>> {
        match column {
            Column::Dynamic(array) => array.iter().collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn paths_point_into_the_column() {
        let rows =
            [Some(r#"{"a":{"b":"more than twelve bytes"}}"#), Some(r#"{"a":{"b":1}}"#), Some("{}"), None];
        let column = Operand::Column(Column::Dynamic(rows.into_iter().collect()));
        let steps = [PathStep::Key("a".into()), PathStep::Key("b".into())];
        let found = walk_column(&column, &steps, 4);
        assert_eq!(texts(&found), [Some("\"more than twelve bytes\""), Some("1"), None, None]);
    }

    #[test]
    fn sliced_columns_keep_their_rows() {
        let rows = [Some("[0]"), Some(r#"["more than twelve bytes",null]"#), Some("[1,2]")];
        let column = Operand::Column(Column::Dynamic(rows.into_iter().collect()).slice(1, 2));
        assert_eq!(
            texts(&walk_column(&column, &[PathStep::Index(0)], 2)),
            [Some("\"more than twelve bytes\""), Some("1")]
        );
        assert_eq!(texts(&walk_column(&column, &[PathStep::Index(-1)], 2)), [None, Some("2")]);
        assert_eq!(texts(&walk_column(&column, &[PathStep::Index(i64::MIN)], 2)), [None, None]);
    }

    #[test]
    fn a_constant_stands_for_every_row() {
        let constant = Operand::Constant(Value::Dynamic(r#"{"a":[7]}"#.into()));
        let steps = [PathStep::Key("a".into()), PathStep::Index(0)];
        assert_eq!(texts(&walk_column(&constant, &steps, 2)), [Some("7"), Some("7")]);
        assert_eq!(texts(&walk_column(&Operand::Constant(Value::Null(Dynamic)), &steps, 2)), [None, None]);
    }
}
