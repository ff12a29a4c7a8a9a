//! What is known of the codes of a key column's dictionary: texts are hashed and compared once for each code.

use std::sync::Arc;

use kql_types::{Coded, Dictionary};

use super::NO_GROUP;
use super::encoded::text_hash;

/// Stands for a hash, code or group that was not looked up yet.
const UNKNOWN: u32 = u32::MAX;

/// Codes of one key column.
#[derive(Debug)]
pub(super) struct KnownCodes {
    dictionary: Arc<Dictionary>,
    /// The hash of each code's text; 0 as long as it was not asked for.
    hashes: Vec<u64>,
    /// A code of each group's value.
    of_group: Vec<u32>,
    /// The group of each code, where this is the only key.
    groups: Vec<u32>,
}

impl KnownCodes {
    /// Those of a dictionary: what is known already, if it is of the same one.
    pub(super) fn of(known: Option<Self>, dictionary: &Arc<Dictionary>) -> Self {
        known.filter(|known| Arc::ptr_eq(&known.dictionary, dictionary)).unwrap_or_else(|| Self {
            dictionary: dictionary.clone(),
            hashes: Vec::new(),
            of_group: Vec::new(),
            groups: Vec::new(),
        })
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        8 * self.hashes.capacity() + 4 * (self.of_group.capacity() + self.groups.capacity())
    }

    /// Hands the hash of each row's text to `put`.
    pub(super) fn hash(&mut self, codes: &[u32], mut put: impl FnMut(usize, u64)) {
        self.hashes.resize(self.dictionary.len(), 0);
        for (row, &code) in codes.iter().enumerate() {
            let hash = &mut self.hashes[code as usize];
            if *hash == 0 {
                *hash = text_hash(self.dictionary.texts(), code as usize);
            }
            put(row, *hash);
        }
    }

    /// Adds the rows whose text is not that of their group, which `equal` says of a group and a code.
    pub(super) fn mismatches(
        &mut self,
        codes: &[u32],
        groups: &[u32],
        equal: impl Fn(u32, u32) -> bool,
        rows: &mut Vec<usize>,
    ) {
        for (row, (&code, &group)) in codes.iter().zip(groups).enumerate() {
            if group == NO_GROUP {
                continue;
            }
            if self.of_group.len() <= group as usize {
                self.of_group.resize(group as usize + 1, UNKNOWN);
            }
            let known = &mut self.of_group[group as usize];
            if *known != code {
                match equal(group, code) {
                    true => *known = code,
                    false => rows.push(row),
                }
            }
        }
    }

    /// The codes whose group is not known, each once, as they come.
    pub(super) fn without_group(&mut self, codes: &[u32]) -> Vec<u32> {
        self.groups.resize(self.dictionary.len(), UNKNOWN);
        let mut fresh = Vec::new();
        for &code in codes {
            if self.groups[code as usize] == UNKNOWN {
                self.groups[code as usize] = NO_GROUP - 1;
                fresh.push(code);
            }
        }
        fresh
    }

    /// Says to which groups codes belong.
    pub(super) fn set_groups(&mut self, codes: &[u32], groups: &[u32]) {
        for (&code, &group) in codes.iter().zip(groups) {
            self.groups[code as usize] = group;
        }
    }

    /// The group of each row.
    pub(super) fn groups(&self, coded: &Coded, groups: &mut Vec<u32>) {
        groups.clear();
        groups.extend(coded.codes.iter().map(|&code| self.groups[code as usize]));
    }
}
