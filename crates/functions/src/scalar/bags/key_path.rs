//! The name of a property, or the path to one.

use std::borrow::Cow;

/// Splits a key as the `bag_*` functions take it: `name` is a property of the bag itself, `$.a.b` and `$['a']['b']` are
/// properties below properties. A path into an array, and `$` alone, are none.
///
/// <https://learn.microsoft.com/kusto/query/jsonpath>
pub(super) fn key_path(key: &str) -> Option<Vec<Cow<'_, str>>> {
    let Some(mut rest) = key.strip_prefix('$').filter(|rest| rest.starts_with(['.', '['])) else {
        return (key != "$").then(|| vec![Cow::Borrowed(key)]);
    };
    let mut names = Vec::new();
    while !rest.is_empty() {
        let (name, behind) = step(rest)?;
        names.push(Cow::Borrowed(name));
        rest = behind;
    }
    Some(names)
}

fn step(path: &str) -> Option<(&str, &str)> {
    if let Some(name) = path.strip_prefix('.') {
        let end = name.find(['.', '[']).unwrap_or(name.len());
        return (end > 0).then(|| name.split_at(end));
    }
    let quoted = path.strip_prefix('[')?;
    let quote = quoted.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let (name, behind) = quoted[1..].split_once(quote)?;
    Some((name, behind.strip_prefix(']')?))
}
