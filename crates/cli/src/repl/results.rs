//! What queries gave, kept as tables: `_` is the last result, `_1`, `_2`, ... are the results by number.

use std::collections::VecDeque;

use crate::answer::ResultTable;
use crate::failure::Failure;
use crate::session::Session;

/// So many results are kept; older ones are forgotten.
const KEPT: usize = 20;

/// The last result.
const LAST: &str = "_";

/// The results so far.
#[derive(Debug, Default)]
pub struct Results {
    count: usize,
    kept: VecDeque<(usize, ResultTable)>,
}

impl Results {
    /// Keeps a result as the table `_` and under the next number, which it gives.
    pub fn keep(&mut self, session: &mut Session, result: &ResultTable) -> usize {
        self.count += 1;
        self.kept.push_back((self.count, result.clone()));
        if self.kept.len() > KEPT
            && let Some((oldest, _)) = self.kept.pop_front()
        {
            session.forget(&format!("{LAST}{oldest}"));
        }
        session.keep(LAST, result);
        session.keep(&format!("{LAST}{}", self.count), result);
        self.count
    }

    /// The results that are kept, by number.
    pub fn iter(&self) -> impl Iterator<Item = &(usize, ResultTable)> {
        self.kept.iter()
    }

    /// The result that a name means: `_`, `_3`; without a name the last one.
    pub fn find(&self, name: Option<&str>) -> Result<&ResultTable, Failure> {
        let number = match name.unwrap_or(LAST) {
            LAST => Some(self.count),
            name => name.strip_prefix(LAST).and_then(|number| number.parse().ok()),
        };
        let found = self.kept.iter().find(|(known, _)| Some(*known) == number);
        found.map(|(_, result)| result).ok_or_else(|| {
            Failure::Usage(match (self.count, name) {
                (0, _) => "there is no result yet".to_owned(),
                (_, Some(name)) => format!("there is no result {name}; .results lists them"),
                (_, None) => "there is no result".to_owned(),
            })
        })
    }
}
