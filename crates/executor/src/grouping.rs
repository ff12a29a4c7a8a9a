//! Numbers the distinct keys of rows, for `summarize`, `distinct` and `join`.
//!
//! Works on whole columns: one pass hashes each key column into 64 bits a row, one pass finds the group of each hash, and
//! one pass for each key column compares the row's value with the group's. Where the comparison fails two keys share a
//! hash, which is rare and dealt with apart. Nothing is allocated for a group's value.

mod codes;
mod encoded;
mod store;

use hashbrown::HashTable;
use kql_types::{Coded, Column, ScalarType};

use codes::KnownCodes;
use encoded::{Encoded, Values};
use store::KeyStore;

/// The number of no group.
pub(crate) const NO_GROUP: u32 = u32::MAX;

/// The distinct keys so far, numbered from 0 in order of first appearance. Null is a key like others.
#[derive(Debug)]
pub(crate) struct Groups {
    table: HashTable<Entry>,
    stores: Vec<KeyStore>,
    length: usize,
    /// Groups whose hash belongs to an earlier group.
    collided: Vec<u32>,
    /// For each key column, where its texts came from a dictionary last.
    codes: Vec<Option<KnownCodes>>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u64,
    group: u32,
}

impl Groups {
    /// No groups, of keys of these types.
    pub(crate) fn new(types: impl IntoIterator<Item = ScalarType>) -> Self {
        let stores: Vec<KeyStore> = types.into_iter().map(KeyStore::new).collect();
        let codes = stores.iter().map(|_| None).collect();
        Self { table: HashTable::new(), stores, length: 0, collided: Vec::new(), codes }
    }

    /// How many groups there are.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.table.allocation_size()
            + self.stores.iter().map(KeyStore::bytes).sum::<usize>()
            + self.codes.iter().flatten().map(KnownCodes::bytes).sum::<usize>()
    }

    /// The group of each row, new groups included.
    pub(crate) fn insert(&mut self, keys: &[Column], rows: usize, groups: &mut Vec<u32>) {
        let encoded: Vec<Encoded<'_>> = keys.iter().map(Encoded::of).collect();
        for (known, key) in self.codes.iter_mut().zip(&encoded) {
            if let Values::Codes(coded) = key.values {
                *known = Some(KnownCodes::of(known.take(), &coded.dictionary));
            }
        }
        if let [Encoded { values: Values::Codes(coded), .. }] = encoded[..] {
            return self.insert_codes(coded, groups);
        }
        let hashes = encoded::hashes_by_code(&encoded, &mut self.codes, rows);
        let fresh = self.find_or_insert(&hashes, groups);
        for (store, key) in self.stores.iter_mut().zip(&encoded) {
            store.append(key, &fresh);
        }
        if self.hash_is_key(&encoded) {
            return;
        }
        let mut codes = std::mem::take(&mut self.codes);
        for row in self.mismatches(&encoded, groups, &mut codes) {
            groups[row] =
                self.collided_group(&encoded, row).unwrap_or_else(|| self.insert_collided(&encoded, row));
        }
        self.codes = codes;
    }

    /// The same for one key that comes from a dictionary: only codes that were not met yet are looked up.
    fn insert_codes(&mut self, coded: &Coded, groups: &mut Vec<u32>) {
        let Some(mut known) = self.codes[0].take() else { return };
        let fresh = known.without_group(&coded.codes);
        if !fresh.is_empty() {
            let texts = coded.dictionary.column(ScalarType::String).take(&fresh.clone().into());
            self.insert(&[texts], fresh.len(), groups);
            known.set_groups(&fresh, groups);
        }
        known.groups(coded, groups);
        self.codes[0] = Some(known);
    }

    /// The group of each row, [`NO_GROUP`] where the key is not known.
    pub(crate) fn find(&self, keys: &[Column], rows: usize, groups: &mut Vec<u32>) {
        let encoded: Vec<Encoded<'_>> = keys.iter().map(Encoded::of).collect();
        let hashes = encoded::hashes(&encoded, rows);
        groups.clear();
        groups.extend(hashes.iter().map(|&hash| {
            self.table.find(hash, |entry| entry.hash == hash).map_or(NO_GROUP, |entry| entry.group)
        }));
        if self.hash_is_key(&encoded) {
            return;
        }
        for row in self.mismatches(&encoded, groups, &mut []) {
            groups[row] = self.collided_group(&encoded, row).unwrap_or(NO_GROUP);
        }
    }

    /// Looks the hashes up, numbers new ones, and returns the rows at which these are.
    fn find_or_insert(&mut self, hashes: &[u64], groups: &mut Vec<u32>) -> Vec<u32> {
        let mut fresh = Vec::new();
        let mut last = Entry { hash: 0, group: NO_GROUP };
        groups.clear();
        groups.reserve(hashes.len());
        for (row, &hash) in hashes.iter().enumerate() {
            // Neighbours are often equal: rows of one hour, of one host.
            if hash != last.hash || last.group == NO_GROUP {
                last = match self.table.find(hash, |entry| entry.hash == hash) {
                    Some(entry) => *entry,
                    None => {
                        let entry = Entry { hash, group: self.length as u32 };
                        self.table.insert_unique(hash, entry, |entry| entry.hash);
                        self.length += 1;
                        fresh.push(row as u32);
                        entry
                    }
                };
            }
            groups.push(last.group);
        }
        fresh
    }

    /// Whether equal hashes alone say that keys are equal: one key of at most 64 bits, without nulls.
    fn hash_is_key(&self, encoded: &[Encoded<'_>]) -> bool {
        match (encoded, self.stores.as_slice()) {
            ([key], [store]) => key.hash_is_key() && !store.has_nulls(),
            _ => false,
        }
    }

    /// The rows whose key is not that of the group found by hash.
    fn mismatches(
        &self,
        encoded: &[Encoded<'_>],
        groups: &[u32],
        codes: &mut [Option<KnownCodes>],
    ) -> Vec<usize> {
        let mut rows = Vec::new();
        let mut codes = codes.iter_mut();
        for (store, key) in self.stores.iter().zip(encoded) {
            store.mismatches(key, groups, codes.next().and_then(Option::as_mut), &mut rows);
        }
        if !rows.is_empty() {
            rows.sort_unstable();
            rows.dedup();
        }
        rows
    }

    fn collided_group(&self, encoded: &[Encoded<'_>], row: usize) -> Option<u32> {
        let equal =
            |group: u32| self.stores.iter().zip(encoded).all(|(store, key)| store.equal(group, key, row));
        self.collided.iter().copied().find(|&group| equal(group))
    }

    fn insert_collided(&mut self, encoded: &[Encoded<'_>], row: usize) -> u32 {
        let group = self.length as u32;
        self.length += 1;
        self.collided.push(group);
        for (store, key) in self.stores.iter_mut().zip(encoded) {
            store.append(key, &[row as u32]);
        }
        group
    }

    /// The keys, one row a group.
    pub(crate) fn into_columns(self) -> Vec<Column> {
        self.stores.into_iter().map(KeyStore::into_column).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kql_types::{ColumnBuilder, Value};

    fn column(data_type: ScalarType, values: &[Value]) -> Column {
        let mut builder = ColumnBuilder::new(data_type);
        values.iter().for_each(|value| builder.push(value));
        builder.finish()
    }

    fn numbers(columns: &[Column]) -> (Vec<u32>, Groups) {
        let mut groups = Groups::new(columns.iter().map(Column::data_type));
        let mut ids = Vec::new();
        groups.insert(columns, columns[0].len(), &mut ids);
        (ids, groups)
    }

    #[test]
    fn null_is_a_key_and_differs_from_zero() {
        let values =
            [Value::Long(0), Value::Null(ScalarType::Long), Value::Long(0), Value::Null(ScalarType::Long)];
        let (ids, groups) = numbers(&[column(ScalarType::Long, &values)]);
        assert_eq!(ids, [0, 1, 0, 1]);
        let keys = groups.into_columns();
        assert_eq!((keys[0].value(0), keys[0].value(1)), (values[0].clone(), values[1].clone()));
    }

    #[test]
    fn zeros_are_one_real_and_so_are_nans() {
        let values = [0.0, -0.0, f64::NAN, -f64::NAN, 1.0].map(Value::Real);
        assert_eq!(numbers(&[column(ScalarType::Real, &values)]).0, [0, 0, 1, 1, 2]);
    }

    #[test]
    fn decimals_are_equal_by_value() {
        let values = ["1.0", "1.00", "10"].map(|text| Value::Decimal(text.parse().unwrap()));
        assert_eq!(numbers(&[column(ScalarType::Decimal, &values)]).0, [0, 0, 1]);
    }

    #[test]
    fn text_of_any_length_and_several_columns() {
        let long = "a text that does not fit into a view".to_owned();
        let texts = ["", "x", &long, "x", &long, "a text that does not fit into a VIEW"];
        let first = column(ScalarType::String, &texts.map(|text| Value::String(text.to_owned())));
        let second = column(ScalarType::Bool, &[true, true, true, false, true, true].map(Value::Bool));
        assert_eq!(numbers(std::slice::from_ref(&first)).0, [0, 1, 2, 1, 2, 3]);
        let (ids, groups) = numbers(&[first, second]);
        assert_eq!(ids, [0, 1, 2, 3, 2, 4]);
        assert_eq!(groups.into_columns()[0].value(2), Value::String(long));
    }

    #[test]
    fn find_does_not_insert() {
        let (_, groups) = numbers(&[column(ScalarType::Long, &[7, 8].map(Value::Long))]);
        let wanted =
            column(ScalarType::Long, &[Value::Long(8), Value::Long(9), Value::Null(ScalarType::Long)]);
        let mut ids = Vec::new();
        groups.find(&[wanted], 3, &mut ids);
        assert_eq!(ids, [1, NO_GROUP, NO_GROUP]);
    }

    #[test]
    fn keys_that_share_a_hash_stay_apart() {
        let mut groups = Groups::new([ScalarType::Long]);
        let first = column(ScalarType::Long, &[1, 2, 1].map(Value::Long));
        let encoded = [Encoded::of(&first)];
        let mut ids = Vec::new();
        let fresh = groups.find_or_insert(&[42, 42, 42], &mut ids);
        groups.stores[0].append(&encoded[0], &fresh);
        assert_eq!(groups.mismatches(&encoded, &ids, &mut []), [1]);
        assert_eq!(groups.collided_group(&encoded, 1), None);
        let group = groups.insert_collided(&encoded, 1);
        assert_eq!((group, groups.collided_group(&encoded, 1)), (1, Some(1)));
    }
}
