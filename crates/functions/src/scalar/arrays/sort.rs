//! `array_sort_asc`, `array_sort_desc`: one array sorted, others brought into the same order.

use std::borrow::Cow;
use std::cmp::Ordering;

use kql_types::ScalarType::Bool;
use kql_types::dynamic::{Json, JsonKind};
use kql_types::{Column, guid};

use super::{ARRAY, DYNAMIC};
use crate::kernel::dynamic::{Arrays, dynamic_column, write_array};
use crate::{Call, Example, Overload, ParameterType, ResultColumns, ResultName, ScalarFunction, Support};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&ARRAY_SORT_ASC, &ARRAY_SORT_DESC];

/// Arrays, then perhaps whether nulls come last. The first three signatures keep the bool apart from the arrays.
macro_rules! sort_overloads {
    ($kernel:expr) => {
        &[
            Overload::new(&[ARRAY], DYNAMIC, $kernel).repeating(1, 1),
            Overload::new(&[ARRAY, NULLS_LAST], DYNAMIC, $kernel),
            Overload::new(&[ARRAY, ARRAY, NULLS_LAST], DYNAMIC, $kernel),
            Overload::new(&[ARRAY, ARRAY, ARRAY, NULLS_LAST], DYNAMIC, $kernel),
            Overload::new(&[ARRAY, ARRAY, ARRAY, ARRAY, NULLS_LAST], DYNAMIC, $kernel),
        ]
    };
}

const NULLS_LAST: ParameterType = ParameterType::Exact(Bool);

static ARRAY_SORT_ASC: ScalarFunction = ScalarFunction {
    names: &["array_sort_asc"],
    doc: "The first array from the smallest to the largest value, the others in the order of the first; one of another length \
          is null. Numbers come before strings, guids and the rest; nulls last, or first if the last argument is false. \
          <https://learn.microsoft.com/kusto/query/array-sort-asc-function>",
    examples: &[
        Example { query: "print array_sort_asc(dynamic([3, null, 1, 'a']))", result: r#"[1,3,"a",null]"# },
        Example {
            query: "print x = array_sort_asc(dynamic([3, 1]), dynamic(['c', 'a']))[1]",
            result: r#"["a","c"]"#,
        },
    ],
    result_name: ResultName::Columns(ResultColumns::Sorted),
    overloads: sort_overloads!(|call| Ok(sort(call, Ordering::is_lt))),
    support: Support::Rows,
};

static ARRAY_SORT_DESC: ScalarFunction = ScalarFunction {
    names: &["array_sort_desc"],
    doc: "The first array from the largest to the smallest value, the others in the order of the first; one of another length \
          is null. Nulls come last, or first if the last argument is false. \
          <https://learn.microsoft.com/kusto/query/array-sort-desc-function>",
    examples: &[Example {
        query: "print array_sort_desc(dynamic([1, null, 3]), false)",
        result: "[null,3,1]",
    }],
    result_name: ResultName::Columns(ResultColumns::Sorted),
    overloads: sort_overloads!(|call| Ok(sort(call, Ordering::is_gt))),
    support: Support::Rows,
};

/// `first` says of the comparison of two values whether the left one comes first.
fn sort(call: &Call<'_>, first: fn(Ordering) -> bool) -> Column {
    let (arrays, flag) = match call.arguments.split_last() {
        Some((flag, arrays)) if flag.data_type() == Bool => (arrays, Some(flag.bools())),
        _ => (call.arguments, None),
    };
    let mut arrays: Vec<Arrays<'_>> = arrays.iter().map(Arrays::new).collect();
    dynamic_column(call.rows, |row, out| {
        let nulls_last = flag.and_then(|flag| flag.get(row)).unwrap_or(true);
        let arrays: Vec<Option<&[&str]>> = arrays.iter_mut().map(|array| array.get(row)).collect();
        let keys = (*arrays.first()?)?;
        let order = sorted_positions(keys, first, nulls_last);
        if let [_] = arrays.as_slice() {
            write_array(out, order.iter().map(|position| keys[*position]));
            return Some(());
        }
        out.push('[');
        for (number, array) in arrays.into_iter().enumerate() {
            if number > 0 {
                out.push(',');
            }
            match array.filter(|array| array.len() == keys.len()) {
                Some(array) => write_array(out, order.iter().map(|position| array[*position])),
                None => out.push_str("null"),
            }
        }
        out.push(']');
        Some(())
    })
}

fn sorted_positions(elements: &[&str], first: fn(Ordering) -> bool, nulls_last: bool) -> Vec<usize> {
    let keys: Vec<Key<'_>> = elements.iter().map(|element| Key::new(element)).collect();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|left, right| match (&keys[*left], &keys[*right]) {
        (Key::Null, Key::Null) => Ordering::Equal,
        (Key::Null, _) => {
            if nulls_last {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        }
        (_, Key::Null) => {
            if nulls_last {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        }
        (left, right) => {
            let ordering = left.compare(right);
            match ordering {
                Ordering::Equal => Ordering::Equal,
                _ if first(ordering) => Ordering::Less,
                _ => Ordering::Greater,
            }
        }
    });
    order
}

/// What an element is compared by. Kinds of value sort in the order of the variants.
enum Key<'a> {
    Number(f64),
    Text(Cow<'a, str>),
    Guid(u128),
    Other(&'a str),
    Null,
}

impl<'a> Key<'a> {
    fn new(element: &'a str) -> Self {
        let json = Json::new(element);
        match json.kind() {
            JsonKind::Null => Key::Null,
            JsonKind::Number => Key::Number(json.as_f64().unwrap_or(f64::NAN)),
            JsonKind::String => {
                let text = json.as_str().unwrap_or_default();
                match guid::parse(&text) {
                    Some(guid) => Key::Guid(guid),
                    None => Key::Text(text),
                }
            }
            _ => Key::Other(element),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Key::Number(_) => 0,
            Key::Text(_) => 1,
            Key::Guid(_) => 2,
            Key::Other(_) => 3,
            Key::Null => 4,
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Key::Number(left), Key::Number(right)) => left.total_cmp(right),
            (Key::Text(left), Key::Text(right)) => left.cmp(right),
            (Key::Guid(left), Key::Guid(right)) => left.cmp(right),
            (Key::Other(left), Key::Other(right)) => left.cmp(right),
            (left, right) => left.rank().cmp(&right.rank()),
        }
    }
}
