//! Steps into JSON text.

use arrow_array::{Array, StringViewArray};
use arrow_buffer::NullBuffer;
use kql_types::dynamic::Json;
use kql_types::{Column, PathStep};

/// What stands at the end of `path` in each of these dynamic values; null where there is nothing. The texts are not
/// copied: what is found is a part of them.
pub(crate) fn extract(texts: &StringViewArray, path: &[PathStep]) -> Column {
    let mut views = Vec::with_capacity(texts.len());
    let mut present = Vec::with_capacity(texts.len());
    for (text, &view) in texts.iter().zip(texts.views()) {
        let found = text.and_then(|text| Some((text, Json::new(text).walk(path)?)));
        let found = found.filter(|(_, found)| !found.is_null());
        present.push(found.is_some());
        views.push(found.map_or(0, |(whole, found)| part(view, whole, found.text())));
    }
    let nulls = NullBuffer::from(present);
    // SAFETY: each view is inline or shows a part of what a view of the same array shows, cut between characters.
    let found =
        unsafe { StringViewArray::new_unchecked(views.into(), texts.data_buffers().clone(), Some(nulls)) };
    Column::Dynamic(found.into())
}

/// A view is the text itself if that is no longer than this.
const INLINE: usize = 12;

/// The view of a part of the text that `view` shows.
fn part(view: u128, whole: &str, part: &str) -> u128 {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&(part.len() as u32).to_le_bytes());
    if part.len() <= INLINE {
        bytes[4..4 + part.len()].copy_from_slice(part.as_bytes());
    } else {
        let whole_view = view.to_le_bytes();
        let offset = part.as_ptr().addr() - whole.as_ptr().addr();
        let start = (view >> 96) as u32 + offset as u32;
        bytes[4..8].copy_from_slice(&part.as_bytes()[..4]);
        bytes[8..12].copy_from_slice(&whole_view[8..12]);
        bytes[12..].copy_from_slice(&start.to_le_bytes());
    }
    u128::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_shown_where_they_stand() {
        let long = r#"{"a":{"b":"a text of more than twelve bytes"},"c":[1,{"d":"short"},null]}"#;
        let texts: StringViewArray = [Some("[0]"), Some(long), None, Some(r#""x""#)].into_iter().collect();
        let key = |key: &str| PathStep::Key(key.into());
        for (path, expected) in [
            (vec![key("a"), key("b")], [None, Some(r#""a text of more than twelve bytes""#), None, None]),
            (vec![key("a")], [None, Some(r#"{"b":"a text of more than twelve bytes"}"#), None, None]),
            (vec![key("c"), PathStep::Index(-2)], [None, Some(r#"{"d":"short"}"#), None, None]),
            (vec![key("c"), PathStep::Index(2)], [None, None, None, None]),
            (vec![PathStep::Index(0)], [Some("0"), None, None, None]),
        ] {
            let Column::Dynamic(found) = extract(&texts, &path) else { panic!("no dynamic") };
            assert_eq!(found.array(), &expected.into_iter().collect::<StringViewArray>(), "{path:?}");
            assert!(found.to_data().validate_full().is_ok());
        }
    }
}
