//! The texts of a column, and the dictionary that they may come from.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use arrow_array::cast::AsArray;
use arrow_array::{Array, BooleanArray, StringViewArray, UInt32Array};
use arrow_buffer::{BooleanBuffer, ScalarBuffer};

use crate::{Column, ScalarType};

/// Texts that occur many times over in a column, each under a number, its code.
///
/// Rows with the same code have the same text; two codes may stand for equal texts. A dictionary never changes, so what
/// was found out about a code holds for every row that has it, in any batch: work on a text is done once.
#[derive(Debug)]
pub struct Dictionary {
    texts: StringViewArray,
}

impl Dictionary {
    /// A dictionary of these texts, whose codes are their places. A null is the text of rows that are null.
    pub fn new(texts: StringViewArray) -> Arc<Self> {
        Arc::new(Self { texts })
    }

    /// The texts, by code.
    pub fn texts(&self) -> &StringViewArray {
        &self.texts
    }

    /// The texts as a column, a row for each code.
    pub fn column(&self, data_type: ScalarType) -> Column {
        let texts = self.texts.clone().into();
        if data_type == ScalarType::Dynamic { Column::Dynamic(texts) } else { Column::String(texts) }
    }

    /// How many codes there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// The codes of a column's rows.
#[derive(Clone, Debug)]
pub struct Coded {
    /// Whose codes they are.
    pub dictionary: Arc<Dictionary>,
    /// By row.
    pub codes: ScalarBuffer<u32>,
}

impl Coded {
    fn with_codes(&self, codes: ScalarBuffer<u32>) -> Self {
        Self { dictionary: self.dictionary.clone(), codes }
    }

    fn decode(&self) -> StringViewArray {
        let codes = UInt32Array::new(self.codes.clone(), None);
        match arrow_select::take::take(&self.dictionary.texts, &codes, None) {
            Ok(array) => array.as_string_view().clone(),
            Err(error) => unreachable!("codes are places in their dictionary: {error}"),
        }
    }
}

/// The texts of a column's rows, as an array or as codes of a dictionary. Where there is a dictionary, the array is made
/// when somebody looks at the texts, and only then.
#[derive(Clone, Debug)]
pub struct Texts {
    array: OnceLock<StringViewArray>,
    coded: Option<Coded>,
}

impl Texts {
    /// Texts of a dictionary.
    pub fn coded(coded: Coded) -> Self {
        Self { array: OnceLock::new(), coded: Some(coded) }
    }

    /// The dictionary and the codes, if there is one.
    pub fn as_coded(&self) -> Option<&Coded> {
        self.coded.as_ref()
    }

    /// The array.
    pub fn array(&self) -> &StringViewArray {
        self.array.get_or_init(|| match &self.coded {
            Some(coded) => coded.decode(),
            None => unreachable!("there are codes or an array"),
        })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match &self.coded {
            Some(coded) => coded.codes.len(),
            None => self.array().len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the text in `row` is null.
    pub fn is_null(&self, row: usize) -> bool {
        match &self.coded {
            Some(coded) => coded.dictionary.texts.is_null(coded.codes[row] as usize),
            None => self.array().is_null(row),
        }
    }

    /// The same texts in the order in which `select` puts their codes; `None` where there are none.
    pub(crate) fn select_codes(&self, select: impl FnOnce(&UInt32Array) -> UInt32Array) -> Option<Self> {
        let coded = self.coded.as_ref()?;
        let codes = select(&UInt32Array::new(coded.codes.clone(), None));
        Some(Self::coded(coded.with_codes(codes.values().clone())))
    }

    pub(crate) fn filter_codes(&self, keep: &BooleanBuffer) -> Option<Self> {
        let keep = BooleanArray::new(keep.clone(), None);
        self.select_codes(|codes| match arrow_select::filter::filter(codes, &keep) {
            Ok(codes) => codes.as_primitive().clone(),
            Err(error) => unreachable!("a filter has the length of its column: {error}"),
        })
    }

    /// Nothing where a position is null, which has no code.
    pub(crate) fn take_codes(&self, rows: &UInt32Array) -> Option<Self> {
        if rows.null_count() > 0 {
            return None;
        }
        let coded = self.coded.as_ref()?;
        let codes = rows.values().iter().map(|&row| coded.codes[row as usize]).collect();
        Some(Self::coded(coded.with_codes(codes)))
    }

    pub(crate) fn slice_codes(&self, offset: usize, length: usize) -> Option<Self> {
        let coded = self.coded.as_ref()?;
        Some(Self::coded(coded.with_codes(coded.codes.slice(offset, length))))
    }

    /// One below the other, if all have the same dictionary.
    pub(crate) fn concat_codes(parts: &[&Self]) -> Option<Self> {
        let first = parts.first()?.coded.as_ref()?;
        let mut codes = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
        for part in parts {
            let coded = part.coded.as_ref()?;
            if !Arc::ptr_eq(&coded.dictionary, &first.dictionary) {
                return None;
            }
            codes.extend_from_slice(&coded.codes);
        }
        Some(Self::coded(first.with_codes(codes.into())))
    }
}

impl Deref for Texts {
    type Target = StringViewArray;

    fn deref(&self) -> &StringViewArray {
        self.array()
    }
}

impl From<StringViewArray> for Texts {
    fn from(array: StringViewArray) -> Self {
        Self { array: OnceLock::from(array), coded: None }
    }
}

impl From<Texts> for StringViewArray {
    fn from(texts: Texts) -> Self {
        texts.array().clone()
    }
}

impl<P: AsRef<str>> FromIterator<Option<P>> for Texts {
    fn from_iter<I: IntoIterator<Item = Option<P>>>(texts: I) -> Self {
        texts.into_iter().collect::<StringViewArray>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(codes: &[u32]) -> Column {
        let dictionary =
            Dictionary::new([Some("a"), None, Some("a longer text than others")].into_iter().collect());
        Column::Dynamic(Texts::coded(Coded { dictionary, codes: codes.to_vec().into() }))
    }

    fn shown(column: &Column) -> Vec<String> {
        (0..column.len()).map(|row| format!("{:?}", column.value(row))).collect()
    }

    #[test]
    fn codes_are_selected_as_texts_would_be() {
        let column = coded(&[2, 0, 1, 0]);
        let plain = Column::Dynamic(StringViewArray::from(coded_texts(&column)).into());
        assert_eq!(shown(&column), shown(&plain));
        let rows = UInt32Array::from(vec![3, 2, 0]);
        let absent = UInt32Array::from(vec![Some(3), None, Some(2)]);
        let keep = BooleanBuffer::from(vec![true, false, true, true]);
        assert_eq!(shown(&column.take(&rows)), shown(&plain.take(&rows)));
        assert_eq!(shown(&column.take(&absent)), shown(&plain.take(&absent)));
        assert_eq!(shown(&column.filter(&keep)), shown(&plain.filter(&keep)));
        assert_eq!(shown(&column.slice(1, 2)), shown(&plain.slice(1, 2)));
        let both = Column::concat(column.data_type(), &[&column, &coded(&[2])]);
        assert_eq!(shown(&both)[..4], shown(&column));
        let twice = Column::concat(column.data_type(), &[&column, &column]);
        assert!(matches!(&twice, Column::Dynamic(texts) if texts.as_coded().is_some() && texts.len() == 8));
        assert!((0..4).all(|row| column.is_null(row) == plain.is_null(row)));
    }

    fn coded_texts(column: &Column) -> Texts {
        match column {
            Column::Dynamic(texts) => texts.clone(),
            _ => unreachable!("made above"),
        }
    }
}
