//! Records a line each.

use std::ops::Range;

use simdutf8::basic::from_utf8;

use super::{JsonScan, Records};
use crate::TableError;
use crate::finder::Finder;
use crate::json::{Fault, blank, trim};
use crate::look::Look;
use crate::needles::{NeedleFilter, NeedleSearch};
use crate::piece::Piece;
use crate::records::{check_line, line_end};

/// Bytes that are looked at together, few enough to be still in the processor's cache when their records are read.
const BLOCK_BYTES: usize = 128 << 10;

impl JsonScan {
    pub(super) fn lines(&self, piece: &Piece, records: &mut Records) -> Result<(), TableError> {
        if u32::try_from(piece.bytes.len()).is_err() {
            return Err(TableError::new(format!("{}: a line of 4 GB or more", piece.file.path.display())));
        }
        let mut finder = self.finder();
        // With --strict every record is checked, also those that cannot pass.
        let needles = self.plan.needles.as_ref().filter(|_| !self.setting.strict);
        let any_wanted = !self.plan.sources.is_empty();
        if needles.is_none() && any_wanted && !self.setting.strict && self.splitter.splits_lines() {
            self.whole_lines(piece, &mut finder, records)?;
        } else {
            self.blocks(piece, &mut finder, needles, records)?;
        }
        self.keep(finder);
        Ok(())
    }

    /// Lines all of which are cut into members: that shows where they end, and whether they are UTF-8.
    fn whole_lines(
        &self,
        piece: &Piece,
        finder: &mut Finder<'_>,
        records: &mut Records,
    ) -> Result<(), TableError> {
        let bytes = &piece.bytes[..];
        let mut at = 0;
        while at < bytes.len() {
            if blank(bytes[at]) {
                at += 1;
                continue;
            }
            at = match finder.line(bytes, at, bytes.len(), records) {
                Ok(next) => next,
                Err(_) => {
                    let next = line_end(bytes, at, bytes.len());
                    self.line(piece, at..next, false, |_| true, finder, records)?;
                    next
                }
            };
        }
        Ok(())
    }

    /// Lines that are searched for needles first, or of which nothing but their number is wanted.
    fn blocks(
        &self,
        piece: &Piece,
        finder: &mut Finder<'_>,
        needles: Option<&NeedleFilter>,
        records: &mut Records,
    ) -> Result<(), TableError> {
        let bytes = &piece.bytes[..];
        let mut search = needles.map(NeedleFilter::search);
        let mut look = Look::default();
        let mut start = 0;
        while start < bytes.len() {
            let end = line_end(bytes, (start + BLOCK_BYTES).min(bytes.len()), bytes.len());
            let block = &bytes[start..end];
            self.looker.look(block, search.as_mut().map(NeedleSearch::enter), &mut look);
            let mut line_start = start;
            for &line_end in &look.line_ends {
                let line = line_start..start + line_end as usize;
                line_start = line.end;
                let admits = |record: Range<usize>| {
                    let in_block = record.start - start..record.end - start;
                    search.as_mut().is_none_or(|search| search.admits(block, in_block, &look))
                };
                self.line(piece, line, look.is_utf8, admits, finder, records)?;
            }
            start = end;
        }
        Ok(())
    }

    /// One line. `is_utf8` says that this is known of it, `admits` whether its record may pass.
    #[inline]
    fn line(
        &self,
        piece: &Piece,
        line: Range<usize>,
        is_utf8: bool,
        admits: impl FnOnce(Range<usize>) -> bool,
        finder: &mut Finder<'_>,
        records: &mut Records,
    ) -> Result<(), TableError> {
        let bytes = &piece.bytes[..];
        let (start, end) = trim(bytes, line.start, line.end);
        if start == end {
            return Ok(());
        }
        let line = &bytes[start..end];
        let found = check_line(line)
            .and_then(|()| if is_utf8 || from_utf8(line).is_ok() { Ok(()) } else { Err(Fault::Encoding) })
            .and_then(|()| self.validate(line))
            .and_then(|()| match admits(start..end) {
                true => finder.object(bytes, start, end, true, records),
                false => Ok(()),
            });
        found.or_else(|fault| self.malformed(piece, start, &fault.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use kql_types::{Field, ScalarType};

    use super::JsonScan;
    use crate::content::Origin;
    use crate::json::Splitter;
    use crate::json_scan::{Naming, Setting};
    use crate::morsels::OpenFile;
    use crate::{Scan, ScanColumn, ScanReport, ScanRequest};

    /// Values and malformed records, as text.
    fn scanned(path: &Path, naming: Naming, splitter: Splitter) -> (Vec<String>, Vec<String>) {
        let file = OpenFile::open(&Origin::File(Arc::new(path.to_owned())), splitter).unwrap();
        let columns = [("Id", ScalarType::Long), ("Text", ScalarType::String), ("Bag", ScalarType::Dynamic)];
        let columns = columns.map(|(name, data_type)| ScanColumn::whole(&Field::new(name, data_type)));
        let report = ScanReport::default();
        let setting = Setting { table: "T".to_owned(), naming, strict: false, report: report.clone() };
        let request = ScanRequest { columns: columns.to_vec(), ..ScanRequest::default() };
        let scan = JsonScan::new([Arc::new(file)].into(), request, setting, splitter);
        let mut rows = Vec::new();
        while let Some(morsel) = scan.next().unwrap() {
            let batch = scan.read(morsel).unwrap();
            rows.extend((0..batch.rows).map(|row| {
                let values = batch.columns.iter().map(|column| column.value(row));
                format!("{:?}", values.collect::<Vec<_>>())
            }));
        }
        (rows, report.malformed().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn every_way_to_split_lines_finds_the_same() {
        let mut state = 11_u64;
        let mut random = move |below: usize| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as usize % below
        };
        const INSERTED: [&[u8]; 16] = [
            b"\n",
            b"\r\n",
            b"\t",
            b" ",
            b"\0",
            b"\xff",
            b"\xe2\x82",
            "\u{20ac}".as_bytes(),
            b"{",
            b"}",
            b"[",
            b"\"",
            b"\\",
            b",",
            b"\n\n",
            "\u{1f600}".as_bytes(),
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("T.json");
        for round in 0..200 {
            let mut text = Vec::new();
            for id in 0..40 {
                let filler = "a \u{fc} ".repeat(random(60));
                let line = format!(
                    r#"{{"Id":{id},"Text":"{filler}\"\\","properties":{{"bag":[1,{{"x":"{filler}"}}]}},"Bag":{{"k":[{id}]}}}}"#
                );
                text.extend_from_slice(line.as_bytes());
                text.extend_from_slice([&b"\n"[..], b"\r\n", b" \n", b"\n\n"][random(40).min(3)]);
            }
            for _ in 0..random(8) {
                let place = random(text.len());
                text.splice(place..place, INSERTED[random(INSERTED.len())].iter().copied());
            }
            text.truncate(text.len() - random(3));
            std::fs::write(&path, &text).unwrap();
            let naming = if round % 2 == 0 { Naming::Exact } else { Naming::Loose };
            let mut all = Splitter::all().into_iter().map(|splitter| scanned(&path, naming, splitter));
            let expected = all.next().unwrap();
            assert!(expected.0.len() > 20, "{}", expected.0.len());
            for other in all {
                assert_eq!(other, expected, "{}", String::from_utf8_lossy(&text));
            }
        }
    }
}
