//! Writes results, in the format that is asked for.

pub(crate) mod cell;
mod delimited;
mod json;
mod kusto;
mod markdown;
mod ndjson;
mod parquet;
mod shown;
mod sink;
mod table;
mod widths;
mod xlsx;

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;

use crate::answer::ResultTable;
use crate::args::{Format, OutputArguments};
use crate::failure::Failure;
use crate::terminal;

pub(crate) use shown::Shown;
pub use sink::Sink;
pub(crate) use table::LineWriter;
pub use table::TableStyle;

/// One format. What it writes is complete after [`ResultWriter::finish`].
trait ResultWriter {
    /// Writes a result. In output with headings each stands under one, else there is none.
    fn result(&mut self, sink: &mut Sink, heading: Option<&str>, result: &ResultTable) -> io::Result<()>;

    /// Notes that what stands under the heading gave no result. The user is told elsewhere.
    fn failure(&mut self, _sink: &mut Sink, _heading: &str, _message: &str) -> io::Result<()> {
        Ok(())
    }

    /// Ends the output.
    fn finish(&mut self, _sink: &mut Sink) -> io::Result<()> {
        Ok(())
    }
}

/// A file, or standard output, that takes its content as a whole.
pub struct OutputFile {
    file: Box<dyn Write>,
    /// What messages call it.
    name: String,
}

impl OutputFile {
    /// Opens it; standard output without a path.
    pub fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self { file: Box::new(io::stdout()), name: "standard output".to_owned() });
        };
        let name = path.display().to_string();
        let file = File::create(path).map_err(|error| Failure::io(format!("cannot write {name}"), &error))?;
        Ok(Self { file: Box::new(file), name })
    }

    /// Writes the content.
    pub fn write(mut self, content: impl AsRef<[u8]>) -> Result<(), Failure> {
        let written = self.file.write_all(content.as_ref()).and_then(|()| self.file.flush());
        written.map_err(|error| Failure::io(format!("cannot write {}", self.name), &error))
    }
}

/// Writes text with colours to a file, without them, or to standard output, with them where it shows them.
pub fn write_styled(path: Option<&Path>, text: &str) -> Result<(), Failure> {
    if path.is_some() {
        return OutputFile::open(path)?.write(anstream::adapter::strip_str(text).to_string());
    }
    let mut out = anstream::AutoStream::auto(io::stdout()).lock();
    let shown = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    shown.map_err(|error| Failure::io("cannot write", &error))
}

/// Where results go.
pub struct Output {
    sink: Sink,
    writer: Box<dyn ResultWriter>,
    /// What messages call it.
    name: String,
}

impl Output {
    /// Opens it. `headed` says that every result will stand under a heading.
    pub fn open(arguments: &OutputArguments, headed: bool) -> Result<Self, Failure> {
        let path = arguments.file.as_deref();
        let of_file = path.and_then(Format::of_file);
        let format = arguments.format.or(of_file).unwrap_or(Format::Table);
        let screen = match path {
            Some(_) => table::Screen::default(),
            None => table::Screen { width: terminal::width(), styled: terminal::stdout_is_styled() },
        };
        let OutputFile { file, name } = OutputFile::open(path)?;
        Ok(Self::new(file, name, format, headed, screen))
    }

    /// A table for people on standard error.
    pub fn to_people() -> Self {
        let screen = table::Screen { width: terminal::width(), styled: false };
        let writer = Box::new(table::TableWriter::new(screen).uncounted());
        Self { sink: Sink::new(Box::new(io::stderr())), writer, name: "standard error".to_owned() }
    }

    /// The same as [`Output::open`], behind what the file holds already.
    pub fn append(arguments: &OutputArguments, headed: bool) -> Result<Self, Failure> {
        let Some(path) = arguments.file.as_deref() else { return Self::open(arguments, headed) };
        let format = arguments.format.or_else(|| Format::of_file(path)).unwrap_or(Format::Table);
        let file = File::options()
            .create(true)
            .append(true)
            .open(path)
            .map_err(|error| Failure::io(format!("cannot write {}", path.display()), &error))?;
        let name = path.display().to_string();
        Ok(Self::new(Box::new(file), name, format, headed, table::Screen::default()))
    }

    /// A table on the screen, with what a style adds to it.
    pub fn screen(style: TableStyle) -> Self {
        let screen = table::Screen { width: terminal::width(), styled: terminal::stdout_is_styled() };
        let writer = Box::new(table::TableWriter::with_style(screen, style));
        Self { sink: Sink::new(Box::new(io::stdout())), writer, name: "standard output".to_owned() }
    }

    /// A result in a format, as text.
    pub fn text(format: Format, result: &ResultTable) -> Result<String, Failure> {
        let screen = table::Screen::default();
        Self::text_by(|file| Self::new(file, "the text".to_owned(), format, false, screen), result)
    }

    /// The rows of a result as [`Output::screen`] shows them, without what stands below.
    pub fn rows_for_screen(result: &ResultTable, style: TableStyle) -> Result<String, Failure> {
        let screen = table::Screen { width: terminal::width(), styled: terminal::stdout_is_styled() };
        let writer = Box::new(table::TableWriter::with_style(screen, style).uncounted());
        Self::text_by(|file| Self { sink: Sink::new(file), writer, name: "the text".to_owned() }, result)
    }

    fn text_by(open: impl FnOnce(Box<dyn Write>) -> Self, result: &ResultTable) -> Result<String, Failure> {
        let bytes = Rc::<RefCell<Vec<u8>>>::default();
        let mut output = open(Box::new(Shared(bytes.clone())));
        output.result(None, result)?;
        output.finish()?;
        Ok(String::from_utf8_lossy(&bytes.borrow()).into_owned())
    }

    /// Output in a format to whatever can be written to.
    fn new(file: Box<dyn Write>, name: String, format: Format, headed: bool, screen: table::Screen) -> Self {
        let writer: Box<dyn ResultWriter> = match format {
            Format::Table => Box::new(table::TableWriter::new(screen)),
            Format::Json => Box::new(json::JsonWriter::new(headed)),
            Format::Ndjson => Box::new(ndjson::NdjsonWriter),
            Format::Csv => Box::new(delimited::DelimitedWriter::new(b',')),
            Format::Tsv => Box::new(delimited::DelimitedWriter::new(b'\t')),
            Format::Markdown => Box::new(markdown::MarkdownWriter::default()),
            Format::Kusto => Box::new(kusto::KustoWriter::default()),
            Format::Parquet => Box::new(parquet::ParquetWriter::default()),
            Format::Xlsx => Box::new(xlsx::XlsxWriter::default()),
        };
        Self { sink: Sink::new(file), writer, name }
    }

    /// Writes a result.
    pub fn result(&mut self, heading: Option<&str>, result: &ResultTable) -> Result<(), Failure> {
        let written = self.writer.result(&mut self.sink, heading, result).and_then(|()| self.sink.flush());
        self.check(written)
    }

    /// Writes text that is in its form already, as a chart.
    pub fn text_of(&mut self, text: &str) -> Result<(), Failure> {
        self.sink.text.push_str(text);
        let written = self.sink.flush();
        self.check(written)
    }

    /// Notes that what stands under the heading gave no result.
    pub fn failure(&mut self, heading: &str, message: &str) -> Result<(), Failure> {
        let written = self.writer.failure(&mut self.sink, heading, message);
        self.check(written)
    }

    /// Ends the output.
    pub fn finish(mut self) -> Result<(), Failure> {
        let written = self.writer.finish(&mut self.sink).and_then(|()| self.sink.flush());
        self.check(written)
    }

    fn check(&self, written: io::Result<()>) -> Result<(), Failure> {
        written.map_err(|error| Failure::io(format!("cannot write {}", self.name), &error))
    }
}

/// Bytes that are read elsewhere.
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
