//! `hll`, `tdigest`, and their merging.

use kql_types::ScalarType::{Bool, DateTime, Dynamic, Long, Real, Timespan};
use kql_types::{Column, Operand, ScalarType};

use super::grouped_set::OrderedSet;
use super::rows::{Fixed, for_each_text};
use super::state::{Made, State, made, signature};
use crate::ParameterType::{Any, Exact, ExactOrDynamic, Literal, Number};
use crate::kernel::dynamic::JsonValues;
use crate::sketches::digest::Digest;
use crate::sketches::hashes;
use crate::{AggregateForm, AggregateFunction, ArgumentInfo, Example, KernelError, ResultName, Returns};

/// The family.
pub static FUNCTIONS: &[&AggregateFunction] = &[&HLL, &HLL_IF, &HLL_MERGE, &TDIGEST, &TDIGEST_MERGE];

const STATE: Returns = Returns::Exact(Dynamic);

static HLL: AggregateFunction = AggregateFunction {
    names: &["hll"],
    doc: "The distinct values, for dcount_hll() and hll_merge(). It is exact, so that the accuracy argument changes \
          nothing; the state is not the one that the service writes.",
    examples: &[Example {
        query: "range x from 1 to 100 step 1 | summarize h = hll(x % 7) | project dcount_hll(h)",
        result: "7",
    }],
    result_name: ResultName::PrefixAndFirstArgument("hll"),
    form: AggregateForm::Function,
    overloads: &[
        signature(&[Any, Literal(Long)], STATE, |_, _| made(Hashes::<true>::new())).optional_after(1)
    ],
};

static HLL_IF: AggregateFunction = AggregateFunction {
    names: &["hll_if"],
    doc: "The distinct values in rows for which the predicate is true, as hll() keeps them.",
    examples: &[Example {
        query: "range x from 1 to 100 step 1 | summarize h = hll_if(x, x > 90) | project dcount_hll(h)",
        result: "10",
    }],
    result_name: ResultName::PrefixAndFirstArgument("hll_if"),
    form: AggregateForm::Function,
    overloads: &[signature(&[Any, ExactOrDynamic(Bool), Literal(Long)], STATE, |_, _| {
        made(Hashes::<true>::new())
    })
    .optional_after(2)
    .conditional(1)],
};

static HLL_MERGE: AggregateFunction = AggregateFunction {
    names: &["hll_merge"],
    doc: "The distinct values that any of the states of hll() holds.",
    examples: &[Example {
        query: "range x from 1 to 9 step 1 | summarize h = hll(x / 2) by x % 2 | summarize h = hll_merge(h) | project dcount_hll(h)",
        result: "5",
    }],
    result_name: ResultName::PrefixAndFirstArgument("hll_merge"),
    form: AggregateForm::Function,
    overloads: &[signature(&[Exact(Dynamic)], STATE, |_, _| made(Hashes::<false>::new()))],
};

static TDIGEST: AggregateFunction = AggregateFunction {
    names: &["tdigest"],
    doc: "The values, each counting as often as its weight says, for percentile_tdigest() and its siblings. It is \
          exact; the state is not the one that the service writes.",
    examples: &[Example {
        query: "range x from 1 to 100 step 1 | summarize t = tdigest(x) | project percentile_tdigest(t, 95)",
        result: "95",
    }],
    result_name: ResultName::PrefixAndFirstArgument("tdigest"),
    form: AggregateForm::Function,
    overloads: &[
        signature(&[Number, Exact(Long)], STATE, make_digest).optional_after(1),
        signature(&[Exact(DateTime), Exact(Long)], STATE, make_digest).optional_after(1),
        signature(&[Exact(Timespan), Exact(Long)], STATE, make_digest).optional_after(1),
    ],
};

static TDIGEST_MERGE: AggregateFunction = AggregateFunction {
    names: &["tdigest_merge", "merge_tdigest"],
    doc: "The values of all states of tdigest().",
    examples: &[Example {
        query: "range x from 1 to 100 step 1 | summarize t = tdigest(x) by x % 3 | summarize t = tdigest_merge(t) | project percentile_tdigest(t, 95)",
        result: "95",
    }],
    result_name: ResultName::PrefixAndFirstArgument("merge_tdigests"),
    form: AggregateForm::Function,
    overloads: &[signature(&[Exact(Dynamic)], STATE, |_, _| made(MergedDigests::default()))],
};

/// The hashes of each group: of values, or those that states hold.
struct Hashes<const OF_VALUES: bool> {
    set: OrderedSet<u64>,
}

impl<const OF_VALUES: bool> Hashes<OF_VALUES> {
    fn new() -> Self {
        Self { set: OrderedSet::new() }
    }
}

impl<const OF_VALUES: bool> State for Hashes<OF_VALUES> {
    const ORDER_FREE: bool = true;

    fn begin_run(&mut self, run: u32) {
        self.set.begin_run(run);
    }

    fn grow(&mut self, groups: usize) {
        self.set.grow(groups);
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        if !OF_VALUES {
            for_each_text(groups, &arguments[0], |group, state| {
                for hash in hashes::read(state).unwrap_or_default() {
                    self.set.insert(group, hash);
                }
            });
            return Ok(());
        }
        let values = JsonValues::new(&arguments[0]);
        let mut value = String::new();
        for (row, group) in groups.iter().enumerate() {
            value.clear();
            values.write(row, &mut value);
            if value != "null" {
                self.set.insert(*group as usize, hashes::hash(&value));
            }
        }
        Ok(())
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        self.set.absorb(&later.set, usize::MAX, |(group, hash)| (mapping[group as usize], hash));
        Ok(())
    }

    fn results(&mut self) -> Column {
        let mut states = Vec::new();
        self.set.for_each_group(usize::MAX, |group| {
            let mut state = String::new();
            hashes::write(&mut state, group.iter().copied());
            states.push(state);
        });
        self.set = OrderedSet::new();
        Column::Dynamic(states.into_iter().map(Some).collect())
    }
}

fn make_digest(arguments: &[ArgumentInfo<'_>], _: ScalarType) -> Made {
    let data_type = arguments[0].data_type;
    let empty = Digest::new(data_type)
        .ok_or_else(|| KernelError::new(format!("tdigest() does not take values of type {data_type}")))?;
    made(Digests { empty, is_real: matches!(data_type, Real | ScalarType::Decimal), groups: Vec::new() })
}

/// The values of each group.
struct Digests {
    empty: Digest,
    is_real: bool,
    groups: Vec<Digest>,
}

impl State for Digests {
    fn grow(&mut self, groups: usize) {
        self.groups.resize(groups, self.empty.clone());
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        // Numbered by row, so that values and weights find each other where either has nulls.
        let rows: Vec<u32> = (0..groups.len() as u32).collect();
        let mut weights = vec![i64::from(arguments.len() < 2); groups.len()];
        if let Some(given) = arguments.get(1) {
            i64::for_each(&rows, given, |row, weight| weights[row] = weight);
        }
        let digests = &mut self.groups;
        if self.is_real {
            f64::for_each(&rows, &arguments[0], |row, value| {
                digests[groups[row] as usize].add_real(value, weights[row]);
            });
        } else {
            i64::for_each(&rows, &arguments[0], |row, value| {
                digests[groups[row] as usize].add(value, weights[row]);
            });
        }
        Ok(())
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        later
            .groups
            .iter()
            .zip(mapping)
            .try_for_each(|(digest, group)| merge_into(&mut self.groups[*group as usize], digest))
    }

    fn results(&mut self) -> Column {
        column_of(std::mem::take(&mut self.groups).iter().map(Some))
    }
}

/// What the states of each group hold together; `None` before the first one.
#[derive(Default)]
struct MergedDigests {
    groups: Vec<Option<Digest>>,
}

impl State for MergedDigests {
    fn grow(&mut self, groups: usize) {
        self.groups.resize(groups, None);
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        let mut states = Vec::new();
        for_each_text(groups, &arguments[0], |group, state| {
            states.extend(Digest::read(state).map(|digest| (group, digest)));
        });
        states.into_iter().try_for_each(|(group, digest)| merge_or_put(&mut self.groups[group], digest))
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        let digests = later.groups.into_iter().zip(mapping);
        digests
            .filter_map(|(digest, group)| Some((digest?, group)))
            .try_for_each(|(digest, group)| merge_or_put(&mut self.groups[*group as usize], digest))
    }

    fn results(&mut self) -> Column {
        column_of(std::mem::take(&mut self.groups).iter().map(Option::as_ref))
    }
}

fn merge_or_put(into: &mut Option<Digest>, digest: Digest) -> Result<(), KernelError> {
    match into {
        Some(first) => merge_into(first, &digest),
        None => {
            *into = Some(digest);
            Ok(())
        }
    }
}

fn merge_into(into: &mut Digest, digest: &Digest) -> Result<(), KernelError> {
    match into.merge(digest) {
        true => Ok(()),
        false => Err(KernelError::new("digests of values of different types cannot be merged")),
    }
}

fn column_of<'a>(digests: impl Iterator<Item = Option<&'a Digest>>) -> Column {
    let states = digests.map(|digest| {
        let mut state = String::new();
        digest?.write(&mut state);
        Some(state)
    });
    Column::Dynamic(states.collect())
}
