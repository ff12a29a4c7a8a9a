//! The distinct values of every group, in one hash table for all groups.

use std::hash::{BuildHasher, Hash};

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use crate::Arrivals;

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
    /// Places among the pairs.
    table: HashTable<u32>,
    pairs: Vec<(u32, K)>,
    counts: Vec<u32>,
    hasher: DefaultHashBuilder,
    arrivals: Arrivals,
}

impl<K: Copy + Eq + Hash> OrderedSet<K> {
    /// A set without groups.
    pub(super) fn new() -> Self {
        Self {
            table: HashTable::new(),
            pairs: Vec::new(),
            counts: Vec::new(),
            hasher: DefaultHashBuilder::default(),
            arrivals: Arrivals::default(),
        }
    }

    /// Makes room for groups `0..groups`.
    pub(super) fn grow(&mut self, groups: usize) {
        self.counts.resize(groups, 0);
    }

    /// Says of which run the keys are that come next.
    pub(super) fn begin_run(&mut self, run: u32) {
        self.arrivals.begin_run(run, self.pairs.len());
    }

    /// Adds a key to a group, unless it is there; the pair's number.
    #[inline]
    pub(super) fn insert(&mut self, group: usize, key: K) -> u32 {
        let pair = (group as u32, key);
        let Self { table, pairs, counts, hasher, .. } = self;
        let same = |place: &u32| pairs[*place as usize] == pair;
        let hash = |place: &u32| hasher.hash_one(pairs[*place as usize]);
        match table.entry(hasher.hash_one(pair), same, hash) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(free) => {
                let number = pairs.len() as u32;
                free.insert(number);
                pairs.push(pair);
                counts[group] += 1;
                number
            }
        }
    }

    /// Number of keys in a group.
    pub(super) fn count(&self, group: usize) -> usize {
        self.counts[group] as usize
    }

    /// Adds the pairs of a set whose rows come later, up to so many for a group, or those of a set that saw other runs: then
    /// all of them, since only in the end it is known which came first.
    pub(super) fn absorb(&mut self, later: &Self, limit: usize, pair: impl Fn((u32, K)) -> (u32, K)) {
        let in_order = !self.arrivals.are_known() && !later.arrivals.are_known();
        let before = self.pairs.len();
        let mut mapping = Vec::with_capacity(if in_order { 0 } else { later.pairs.len() });
        for (group, key) in later.pairs.iter().copied().map(pair) {
            if !in_order {
                mapping.push(self.insert(group as usize, key));
            } else if self.count(group as usize) < limit {
                self.insert(group as usize, key);
            }
        }
        if !in_order {
            self.arrivals.absorb(before, self.pairs.len(), &later.arrivals, &mapping);
        }
    }

    /// Calls `f` with the first keys of each group in turn, no more than `limit`, in the order in which they came.
    pub(super) fn for_each_group(&self, limit: usize, mut f: impl FnMut(&[K])) {
        let in_order = self
            .arrivals
            .order()
            .map(|order| order.into_iter().map(|number| self.pairs[number as usize]).collect::<Vec<_>>());
        let keys = by_group(in_order.as_deref().unwrap_or(&self.pairs), &self.counts);
        let mut start = 0;
        for count in &self.counts {
            let end = start + *count as usize;
            f(&keys[start..end.min(start.saturating_add(limit))]);
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
        set.for_each_group(usize::MAX, |keys| groups.push(keys.to_vec()));
        assert_eq!(groups, [vec![5, 7], vec![], vec![5, 1]]);
    }

    #[test]
    fn takes_the_first_keys_over_sets_that_saw_different_runs() {
        let made = |runs: &[(u32, &[u32])]| {
            let mut set = OrderedSet::new();
            set.grow(1);
            for (run, keys) in runs {
                set.begin_run(*run);
                keys.iter().for_each(|key| _ = set.insert(0, *key));
            }
            set
        };
        let sets = [made(&[(0, &[7, 5]), (3, &[9])]), made(&[(1, &[5, 9, 4]), (2, &[3])])];
        for (first, second) in [(0, 1), (1, 0)] {
            let mut all = OrderedSet::new();
            all.grow(1);
            all.absorb(&sets[first], 4, |pair| pair);
            all.absorb(&sets[second], 4, |pair| pair);
            all.for_each_group(4, |keys| assert_eq!(keys, [7, 5, 9, 4]));
        }
    }
}
