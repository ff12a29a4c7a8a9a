//! Text on its way out.

use std::io::{self, Write};

/// So much text is gathered before it is written.
const ENOUGH: usize = 1 << 16;

/// Text on its way out. Cells are appended to [`Sink::text`]; [`Sink::settle`] after every row writes what has gathered.
pub struct Sink {
    /// What is not yet written.
    pub text: String,
    file: Box<dyn Write>,
}

impl Sink {
    /// A sink that ends in a file.
    pub fn new(file: Box<dyn Write>) -> Self {
        Self { text: String::with_capacity(ENOUGH + ENOUGH / 4), file }
    }

    /// Writes the text, if enough of it has gathered.
    pub fn settle(&mut self) -> io::Result<()> {
        if self.text.len() < ENOUGH { Ok(()) } else { self.write_text() }
    }

    fn write_text(&mut self) -> io::Result<()> {
        self.file.write_all(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }
}

/// For writers that bring their own buffer: past the text, in order with it.
impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_text()?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_text()?;
        self.file.flush()
    }
}
