//! The order in which numbered things came up first, where several states see different rows.

/// Where each of some entries came up first, in the order of all rows.
///
/// Rows come in runs. A state that sees only some of the runs, in ascending order, numbers its entries as they come up; so
/// an entry's place is the run in which it did, and within that run its number. Of an entry that several states have the
/// lowest place counts: that is where it would have come up in one state that had seen all rows.
#[derive(Clone, Debug, Default)]
pub struct Arrivals {
    /// Runs, each with the first entry that came up in it.
    runs: Vec<(u32, u32)>,
    /// By entry, once states were merged.
    places: Vec<u64>,
}

impl Arrivals {
    /// Says of which run the rows are that come next, and how many entries there are by now.
    pub fn begin_run(&mut self, run: u32, entries: usize) {
        match self.runs.last_mut() {
            Some((last, _)) if *last == run => {}
            // A run that brought nothing new needs no mark.
            Some((last, first)) if *first as usize == entries => *last = run,
            _ => self.runs.push((run, entries as u32)),
        }
    }

    /// Whether runs were told apart at all. Where they were not, entries are in order.
    pub fn are_known(&self) -> bool {
        !self.runs.is_empty() || !self.places.is_empty()
    }

    /// The places of entries `0..entries`.
    fn places(&self, entries: usize) -> Vec<u64> {
        if !self.places.is_empty() {
            return self.places.clone();
        }
        let mut places = Vec::with_capacity(entries);
        let mut runs = self.runs.iter().peekable();
        let mut run = 0;
        for entry in 0..entries {
            while let Some((number, _)) = runs.next_if(|(_, first)| *first as usize <= entry) {
                run = u64::from(*number);
            }
            places.push(run << 32 | entry as u64);
        }
        places
    }

    /// Takes over the entries of another state: its entry `i` is `mapping[i]` here. Before there were `before` entries here,
    /// now there are `now`.
    pub fn absorb(&mut self, before: usize, now: usize, later: &Self, mapping: &[u32]) {
        let mut places = self.places(before);
        places.resize(now, u64::MAX);
        for (&entry, place) in mapping.iter().zip(later.places(mapping.len())) {
            let known = &mut places[entry as usize];
            *known = place.min(*known);
        }
        self.places = places;
    }

    /// The entries as they came up; `None` if that is the order of their numbers.
    pub fn order(&self) -> Option<Vec<u32>> {
        if self.places.is_sorted() {
            return None;
        }
        let mut order: Vec<u32> = (0..self.places.len() as u32).collect();
        order.sort_unstable_by_key(|&entry| self.places[entry as usize]);
        Some(order)
    }
}

#[cfg(test)]
mod tests {
    use super::Arrivals;

    #[test]
    fn the_first_place_counts_over_all_states() {
        // Runs 0 and 3 bring a, b and c; runs 1 and 2 bring b and d.
        let (mut first, mut second) = (Arrivals::default(), Arrivals::default());
        first.begin_run(0, 0);
        first.begin_run(3, 1);
        second.begin_run(1, 0);
        second.begin_run(2, 2);
        assert!(first.order().is_none());
        // a, b, c; then d. In order: a, b (run 1), d (run 1), c (run 3).
        first.absorb(3, 4, &second, &[1, 3]);
        assert_eq!(first.order(), Some(vec![0, 1, 3, 2]));
    }

    #[test]
    fn states_that_are_in_order_stay_so() {
        let (mut first, mut second) = (Arrivals::default(), Arrivals::default());
        first.begin_run(0, 0);
        second.begin_run(1, 0);
        first.absorb(2, 3, &second, &[1, 2]);
        assert_eq!(first.order(), None);
    }
}
