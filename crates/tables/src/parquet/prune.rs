//! Which rows of a Parquet file cannot meet the conditions of a scan, told without reading them.

use std::ops::Range;

use arrow_schema::DataType;
use kql_types::{ScalarType, Value};
use parquet::bloom_filter::Sbbf;
use parquet::data_type::AsBytes;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::statistics::Statistics;

use super::convert::{day, moment};
use super::file::ParquetFile;
use super::guard::guarded;
use super::stored::StoredColumn;
use crate::Condition;
use crate::extent::{Extent, Extreme};

/// A column of a scan in a file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// This one of the file's columns.
    At(usize),
    /// The file has none of that name.
    Absent,
}

/// The conditions of a scan over a file.
#[derive(Debug)]
pub(crate) struct Pruner<'a> {
    /// The file.
    pub file: &'a ParquetFile,
    /// All of these must hold.
    pub conditions: &'a [Condition],
    /// For each column of the scan its type and place.
    pub columns: &'a [(ScalarType, Place)],
}

impl Pruner<'_> {
    /// Whether a row group may hold a row that meets the conditions.
    pub(crate) fn admits_group(&self, group: usize) -> bool {
        let extent = |column| self.group_extent(column, group);
        self.conditions.iter().all(|condition| condition.may_hold(&extent))
            && self.conditions.iter().all(|condition| self.filter_may_meet(condition, group))
    }

    /// The column of the file that tells of a column of the scan, unless the latter is made of it in a way that does not
    /// keep the order.
    fn stored(&self, column: usize) -> Result<&StoredColumn, Extent> {
        let Some(&(wanted, place)) = self.columns.get(column) else { return Err(Extent::Unknown) };
        match place {
            Place::Absent if wanted == ScalarType::String => Err(Extent::Between(empty(), empty())),
            Place::Absent => Err(Extent::Nulls),
            Place::At(place) => {
                let stored = &self.file.columns()[place];
                let is_whole = |data_type| matches!(data_type, ScalarType::Int | ScalarType::Long);
                let keeps_order = stored.data_type == wanted
                    || is_whole(stored.data_type) && (is_whole(wanted) || wanted == ScalarType::Real);
                if keeps_order { Ok(stored) } else { Err(Extent::Unknown) }
            }
        }
    }

    fn group_extent(&self, column: usize, group: usize) -> Extent {
        let stored = match self.stored(column) {
            Ok(stored) => stored,
            Err(extent) => return extent,
        };
        let group = self.file.metadata().row_group(group);
        let statistics = stored.leaf.and_then(|leaf| group.column(leaf).statistics());
        let Some(statistics) = statistics else { return Extent::Unknown };
        let nulls = statistics.null_count_opt();
        let rows = u64::try_from(group.num_rows()).unwrap_or(u64::MAX);
        let (least, greatest) = extremes(statistics, stored);
        extent(
            stored,
            least,
            greatest,
            nulls.map(|nulls| nulls > 0),
            nulls.is_some_and(|nulls| nulls >= rows),
        )
    }

    /// Whether bloom filters leave it possible that a row group has such a value.
    fn filter_may_meet(&self, condition: &Condition, group: usize) -> bool {
        match condition {
            Condition::Compare { .. } => true,
            Condition::OneOf { column, values } => {
                let Some((stored, filter)) = self.bloom_filter(*column, group) else { return true };
                values.iter().any(|value| may_contain(&filter, stored, value))
            }
            Condition::All(all) => all.iter().all(|one| self.filter_may_meet(one, group)),
            Condition::Any(any) => any.iter().any(|one| self.filter_may_meet(one, group)),
        }
    }

    fn bloom_filter(&self, column: usize, group: usize) -> Option<(&StoredColumn, Sbbf)> {
        let stored = self.stored(column).ok()?;
        let chunk = self.file.metadata().row_group(group).column(stored.leaf?);
        // A filter that cannot be read rules nothing out.
        let filter = guarded(|| Sbbf::read_from_column_chunk(chunk, self.file.bytes())).ok()??;
        Some((stored, filter))
    }

    /// The rows of a row group, in ranges, that may meet the conditions, as far as its pages tell.
    pub(crate) fn admitted_rows(&self, group: usize) -> Vec<Range<usize>> {
        let metadata = self.file.metadata_with_pages();
        let rows = usize::try_from(metadata.row_group(group).num_rows()).unwrap_or(usize::MAX);
        let all = std::iter::once(0..rows).collect();
        self.conditions.iter().fold(all, |admitted: Vec<_>, condition| {
            intersection(&admitted, &self.rows_of(condition, metadata, group, rows))
        })
    }

    fn rows_of(
        &self,
        condition: &Condition,
        metadata: &ParquetMetaData,
        group: usize,
        rows: usize,
    ) -> Vec<Range<usize>> {
        match condition {
            Condition::Compare { column, comparison, value } => {
                self.pages(*column, metadata, group, rows, &|extent| extent.admits(*comparison, value))
            }
            Condition::OneOf { column, values } => {
                self.pages(*column, metadata, group, rows, &|extent| extent.admits_one_of(values))
            }
            Condition::All(all) => all.iter().fold(std::iter::once(0..rows).collect(), |admitted, one| {
                intersection(&admitted, &self.rows_of(one, metadata, group, rows))
            }),
            Condition::Any(any) => {
                union(any.iter().flat_map(|one| self.rows_of(one, metadata, group, rows)).collect())
            }
        }
    }

    /// The rows of the pages of a column that are admitted.
    fn pages(
        &self,
        column: usize,
        metadata: &ParquetMetaData,
        group: usize,
        rows: usize,
        admits: &dyn Fn(&Extent) -> bool,
    ) -> Vec<Range<usize>> {
        let all = std::iter::once(0..rows).collect();
        let Ok(stored) = self.stored(column) else { return all };
        let index = metadata.page_index_for_row_group(group);
        let Some(leaf) = stored.leaf else { return all };
        let (Some(values), Some(pages)) = (index.column_index(leaf), index.page_locations(leaf)) else {
            return all;
        };
        if usize::try_from(values.num_pages()) != Ok(pages.len()) {
            return all;
        }
        let start = |page: usize| match pages.get(page) {
            Some(page) => usize::try_from(page.first_row_index).unwrap_or(rows).min(rows),
            None => rows,
        };
        if (0..pages.len()).any(|page| start(page) > start(page + 1)) {
            return all;
        }
        let admitted = (0..pages.len()).filter(|&page| admits(&page_extent(values, page, stored)));
        union(admitted.map(|page| start(page)..start(page + 1)).collect())
    }
}

fn empty() -> Option<Extreme> {
    Some(Extreme::Bytes(Vec::new()))
}

/// The extent of values of a column. In a string column nulls are empty texts.
fn extent(
    stored: &StoredColumn,
    least: Option<Extreme>,
    greatest: Option<Extreme>,
    has_nulls: Option<bool>,
    all_null: bool,
) -> Extent {
    let is_text = stored.data_type == ScalarType::String;
    match (is_text, all_null) {
        (true, true) => Extent::Between(empty(), empty()),
        (true, false) if has_nulls != Some(false) => Extent::Between(empty(), greatest),
        (false, true) => Extent::Nulls,
        _ => Extent::Between(least, greatest),
    }
}

/// The least and greatest value of a row group.
fn extremes(statistics: &Statistics, stored: &StoredColumn) -> (Option<Extreme>, Option<Extreme>) {
    // Old files have them in an order that is right for signed numbers only.
    let is_unsigned =
        matches!(stored.arrow, DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64);
    let is_old = statistics.is_min_max_deprecated();
    match statistics {
        Statistics::Int32(_) | Statistics::Int64(_) if is_old && is_unsigned => (None, None),
        Statistics::Int32(values) => {
            let number = |value: Option<&i32>| value.and_then(|&value| whole(value.into(), stored));
            (number(values.min_opt()), number(values.max_opt()))
        }
        Statistics::Int64(values) => {
            let number = |value: Option<&i64>| value.and_then(|&value| whole(value, stored));
            (number(values.min_opt()), number(values.max_opt()))
        }
        Statistics::Float(values) => {
            let number = |value: Option<&f32>| value.and_then(|&value| real(value.into(), stored));
            (number(values.min_opt()), number(values.max_opt()))
        }
        Statistics::Double(values) => {
            let number = |value: Option<&f64>| value.and_then(|&value| real(value, stored));
            (number(values.min_opt()), number(values.max_opt()))
        }
        Statistics::ByteArray(values) if !is_old => {
            let text = |value: Option<&parquet::data_type::ByteArray>| bytes(value?.as_bytes(), stored);
            (text(values.min_opt()), text(values.max_opt()))
        }
        Statistics::FixedLenByteArray(values) if !is_old => {
            let guid =
                |value: Option<&parquet::data_type::FixedLenByteArray>| bytes(value?.as_bytes(), stored);
            (guid(values.min_opt()), guid(values.max_opt()))
        }
        _ => (None, None),
    }
}

fn page_extent(index: &ColumnIndexMetaData, page: usize, stored: &StoredColumn) -> Extent {
    let (least, greatest) = match index {
        ColumnIndexMetaData::INT32(values) => {
            let number = |value: Option<&i32>| value.and_then(|&value| whole(value.into(), stored));
            (number(values.min_value(page)), number(values.max_value(page)))
        }
        ColumnIndexMetaData::INT64(values) => {
            let number = |value: Option<&i64>| value.and_then(|&value| whole(value, stored));
            (number(values.min_value(page)), number(values.max_value(page)))
        }
        ColumnIndexMetaData::FLOAT(values) => {
            let number = |value: Option<&f32>| value.and_then(|&value| real(value.into(), stored));
            (number(values.min_value(page)), number(values.max_value(page)))
        }
        ColumnIndexMetaData::DOUBLE(values) => {
            let number = |value: Option<&f64>| value.and_then(|&value| real(value, stored));
            (number(values.min_value(page)), number(values.max_value(page)))
        }
        ColumnIndexMetaData::BYTE_ARRAY(values) | ColumnIndexMetaData::FIXED_LEN_BYTE_ARRAY(values) => {
            let text = |value: Option<&[u8]>| bytes(value?, stored);
            (text(values.min_value(page)), text(values.max_value(page)))
        }
        _ => (None, None),
    };
    let has_nulls = index.null_count(page).map(|nulls| nulls > 0);
    extent(stored, least, greatest, has_nulls, index.is_null_page(page))
}

/// A stored whole number as the value that the column has for it.
fn whole(value: i64, stored: &StoredColumn) -> Option<Extreme> {
    let number = match (&stored.arrow, stored.data_type) {
        (DataType::Timestamp(unit, _), _) => moment(value, *unit),
        (DataType::Date32, _) => day(value),
        (DataType::UInt8 | DataType::UInt16, _) => Some(value),
        // The bits of an unsigned number.
        (DataType::UInt32, _) => Some(i64::from(value as u32)),
        (DataType::UInt64, _) => i64::try_from(value as u64).ok(),
        (DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64, _) => Some(value),
        _ => None,
    };
    number.map(Extreme::Number)
}

fn real(value: f64, stored: &StoredColumn) -> Option<Extreme> {
    let is_real = stored.data_type == ScalarType::Real && !value.is_nan();
    is_real.then_some(Extreme::Real(value))
}

/// Texts that are read as they are stored, and guids. They may be cut short, the greatest then being greater.
fn bytes(value: &[u8], stored: &StoredColumn) -> Option<Extreme> {
    let is_same = match stored.data_type {
        ScalarType::String => stored.arrow == DataType::Utf8View,
        ScalarType::Guid => true,
        _ => false,
    };
    is_same.then(|| Extreme::Bytes(value.to_vec()))
}

/// Whether a bloom filter leaves it possible that the column holds the value.
fn may_contain(filter: &Sbbf, stored: &StoredColumn, value: &Value) -> bool {
    match (stored.data_type, &stored.arrow, value) {
        // Null counts as an empty text, and is not in the filter.
        (ScalarType::String, DataType::Utf8View, Value::String(text)) => {
            text.is_empty() || filter.check(text.as_str())
        }
        (ScalarType::Guid, _, Value::Guid(guid)) => filter.check(&guid.to_be_bytes()[..]),
        (ScalarType::Long, DataType::Int64, Value::Long(number)) => filter.check(number),
        (ScalarType::Int, DataType::Int32, Value::Long(number)) => {
            i32::try_from(*number).is_ok_and(|number| filter.check(&number))
        }
        _ => true,
    }
}

/// The ranges put in order and joined where they touch.
fn union(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// What is in both; each list is in order and its ranges do not touch.
pub(crate) fn intersection(left: &[Range<usize>], right: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut common = Vec::new();
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
        let (start, end) = (one.start.max(other.start), one.end.min(other.end));
        if start < end {
            common.push(start..end);
        }
        if one.end <= other.end {
            left.next()
        } else {
            right.next()
        };
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_joined_and_cut() {
        assert_eq!(union(vec![5..9, 0..2, 2..4, 9..9, 6..7]), [0..4, 5..9]);
        assert_eq!(intersection(&[0..4, 5..9], &[3..6, 8..20]), [3..4, 5..6, 8..9]);
        assert!(intersection(&[0..4, 5..9], &[]).is_empty());
    }
}
