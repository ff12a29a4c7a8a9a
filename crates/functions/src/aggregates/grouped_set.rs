//! The distinct values of every group, in one hash table for all groups.

use std::hash::{BuildHasher, Hash};

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

/// Distinct (group, key) pairs. One table holds the pairs of all groups, so that a group costs a counter and nothing
/// else until it has values, and a million small groups cost no million allocations.
pub(super) struct GroupedSet<K> {
    table: HashTable<(u32, K)>,
    counts: Vec<u32>,
    hasher: DefaultHashBuilder,
}

impl<K: Copy + Eq + Hash> GroupedSet<K> {
    /// A set without groups.
    pub(super) fn new() -> Self {
        Self { table: HashTable::new(), counts: Vec::new(), hasher: DefaultHashBuilder::default() }
    }

    /// Makes room for groups `0..groups`.
    pub(super) fn grow(&mut self, groups: usize) {
        self.counts.resize(groups, 0);
    }

    /// Adds a key to a group; whether it is new there.
    #[inline]
    pub(super) fn insert(&mut self, group: usize, key: K) -> bool {
        let pair = (group as u32, key);
        let hasher = &self.hasher;
        match self.table.entry(hasher.hash_one(pair), |other| *other == pair, |other| hasher.hash_one(other))
        {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert(pair);
                self.counts[group] += 1;
                true
            }
        }
    }

    /// Number of keys in a group.
    pub(super) fn count(&self, group: usize) -> usize {
        self.counts[group] as usize
    }

    /// Number of keys of each group.
    pub(super) fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// All pairs, in no particular order.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (u32, K)> + '_ {
        self.table.iter().copied()
    }
}

/// Distinct keys of every group that remember their order of first occurrence.
pub(super) struct OrderedSet<K> {
    set: GroupedSet<K>,
    pairs: Vec<(u32, K)>,
}

impl<K: Copy + Eq + Hash> OrderedSet<K> {
    /// A set without groups.
    pub(super) fn new() -> Self {
        Self { set: GroupedSet::new(), pairs: Vec::new() }
    }

    /// Makes room for groups `0..groups`.
    pub(super) fn grow(&mut self, groups: usize) {
        self.set.grow(groups);
    }

    /// Adds a key to a group, unless it is there; whether it is new.
    #[inline]
    pub(super) fn insert(&mut self, group: usize, key: K) -> bool {
        let new = self.set.insert(group, key);
        if new {
            self.pairs.push((group as u32, key));
        }
        new
    }

    /// Number of keys in a group.
    pub(super) fn count(&self, group: usize) -> usize {
        self.set.count(group)
    }

    /// All pairs, in the order in which they came.
    pub(super) fn pairs(&self) -> &[(u32, K)] {
        &self.pairs
    }

    /// Calls `f` with the keys of each group in turn, in the order in which they came.
    pub(super) fn for_each_group(&self, mut f: impl FnMut(&[K])) {
        let keys = by_group(&self.pairs, self.set.counts());
        let mut start = 0;
        for count in self.set.counts() {
            let end = start + *count as usize;
            f(&keys[start..end]);
            start = end;
        }
    }
}

/// The values, group after group, in the order that they have within their group. `counts` says how many each has.
pub(super) fn by_group<T: Copy>(pairs: &[(u32, T)], counts: &[u32]) -> Vec<T> {
    let Some((_, first)) = pairs.first() else { return Vec::new() };
    let mut places = Vec::with_capacity(counts.len());
    let mut start = 0;
    for count in counts {
        places.push(start);
        start += *count as usize;
    }
    let mut sorted = vec![*first; pairs.len()];
    for (group, value) in pairs {
        let place = &mut places[*group as usize];
        sorted[*place] = *value;
        *place += 1;
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::OrderedSet;

    #[test]
    fn keeps_the_order_of_first_occurrence_within_each_group() {
        let mut set = OrderedSet::new();
        set.grow(3);
        for (group, key) in [(0, 5u32), (2, 5), (0, 7), (0, 5), (2, 1), (2, 5)] {
            set.insert(group, key);
        }
        let mut groups = Vec::new();
        set.for_each_group(|keys| groups.push(keys.to_vec()));
        assert_eq!(groups, [vec![5, 7], vec![], vec![5, 1]]);
    }
}
