//! Finds the wanted values of the records of a morsel, one record after the other.

use kql_types::Field;

use crate::json::{Fault, Splitter, blank};
use crate::json_scan::{Plan, Records};
use crate::locate::{Learnt, Locator, Span};
use crate::records::check_line;
use crate::steps::element;

/// Finds the wanted values of records.
pub(crate) struct Finder<'p> {
    plan: &'p Plan,
    locator: Locator<'p>,
    inside: Option<(usize, Locator<'p>)>,
    splitter: Splitter,
    spans: Vec<Span>,
    inner: Vec<Span>,
    ends: Vec<u32>,
}

/// What was learnt of the records of a table, and of the properties in them.
#[derive(Debug, Default)]
pub(crate) struct LearntOfRecords {
    records: Learnt,
    properties: Learnt,
}

impl<'p> Finder<'p> {
    /// Finds what the plan asks for, with what was learnt for the same plan.
    pub(crate) fn new(plan: &'p Plan, splitter: Splitter, learnt: LearntOfRecords) -> Self {
        let LearntOfRecords { records, properties } = learnt;
        let inside = plan.properties.as_ref();
        let inside = inside.map(|(slot, keys)| (*slot, Locator::knowing(keys, splitter, properties)));
        Self {
            plan,
            locator: Locator::knowing(&plan.keys, splitter, records),
            inner: vec![Span::ABSENT; inside.as_ref().map_or(0, |_| plan.sources.len())],
            inside,
            splitter,
            spans: vec![Span::ABSENT; plan.sources.len()],
            ends: Vec::new(),
        }
    }

    /// What it has learnt.
    pub(crate) fn into_learnt(self) -> LearntOfRecords {
        let properties = self.inside.map(|(_, locator)| locator.into_learnt()).unwrap_or_default();
        LearntOfRecords { records: self.locator.into_learnt(), properties }
    }

    /// An object that must fill `start..end`.
    pub(crate) fn object(
        &mut self,
        bytes: &[u8],
        start: usize,
        end: usize,
        alone: bool,
        records: &mut Records,
    ) -> Result<(), Fault> {
        if self.plan.sources.is_empty() {
            records.starts.push(start as u32);
            return Ok(());
        }
        let found = self.any_object(bytes, start, end, records)?;
        if alone && found != end {
            records.starts.pop();
            records.spans.truncate(records.starts.len() * self.plan.sources.len());
            return Err(Fault::Trailing);
        }
        Ok(())
    }

    /// An object that begins at `start`; gives its end.
    pub(crate) fn any_object(
        &mut self,
        bytes: &[u8],
        start: usize,
        limit: usize,
        records: &mut Records,
    ) -> Result<usize, Fault> {
        let end = self.locator.locate(bytes, start, limit, &mut self.spans)?;
        self.add(bytes, start, records)?;
        Ok(end)
    }

    /// An object of UTF-8 that stands alone in its line, wherever that ends; gives where the next line begins. An error
    /// means that it takes a closer look to tell what is there.
    pub(crate) fn line(
        &mut self,
        bytes: &[u8],
        start: usize,
        limit: usize,
        records: &mut Records,
    ) -> Result<usize, Fault> {
        let end = self.locator.locate_line(bytes, start, limit, &mut self.spans)?;
        check_line(&bytes[start..end])?;
        let next = match bytes[end..limit].iter().position(|&byte| !blank(byte) || byte == b'\n') {
            None => limit,
            Some(blanks) if bytes[end + blanks] == b'\n' => end + blanks + 1,
            Some(_) => return Err(Fault::Trailing),
        };
        self.add(bytes, start, records)?;
        Ok(next)
    }

    /// Adds the record that begins at `start` and was located.
    fn add(&mut self, bytes: &[u8], start: usize, records: &mut Records) -> Result<(), Fault> {
        if let Some((slot, _)) = self.inside {
            self.look_inside(bytes, self.spans[slot])?;
        }
        records.starts.push(start as u32);
        records.spans.extend_from_slice(&self.spans);
        Ok(())
    }

    /// Fills slots that the record itself leaves empty from its `properties`.
    fn look_inside(&mut self, bytes: &[u8], properties: Span) -> Result<(), Fault> {
        let wanted = self.inner.len();
        let Some((_, locator)) = &mut self.inside else { return Ok(()) };
        if !properties.is_present() || bytes[properties.start as usize] != b'{' {
            return Ok(());
        }
        if self.spans[..wanted].iter().all(|span| span.is_present()) {
            return Ok(());
        }
        let count = self.plan.properties.as_ref().map_or(0, |(_, keys)| keys.len());
        locator.locate(
            bytes,
            properties.start as usize,
            properties.end as usize,
            &mut self.inner[..count],
        )?;
        for (outer, inner) in self.spans.iter_mut().zip(&self.inner[..count]) {
            if !outer.is_present() {
                *outer = *inner;
            }
        }
        Ok(())
    }

    /// For each slot the place of its column among `columns`.
    pub(crate) fn places(&self, columns: &[Field]) -> Vec<Option<usize>> {
        self.plan
            .sources
            .iter()
            .map(|source| columns.iter().position(|column| column.name == *source))
            .collect()
    }

    /// An array of values that begins at `start`; gives its end.
    pub(crate) fn row(
        &mut self,
        bytes: &[u8],
        start: usize,
        limit: usize,
        places: &[Option<usize>],
        records: &mut Records,
    ) -> Result<usize, Fault> {
        let end = self.splitter.split(bytes, start, limit, &mut self.ends)?;
        if bytes[start] != b'[' {
            return Err(Fault::NoRecord);
        }
        for (span, place) in self.spans.iter_mut().zip(places) {
            *span = place.map_or(Span::ABSENT, |place| element(bytes, start, &self.ends, place as i64));
        }
        records.starts.push(start as u32);
        records.spans.extend_from_slice(&self.spans);
        Ok(end)
    }
}
