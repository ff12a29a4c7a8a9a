//! The parts of a file path.

use kql_types::dynamic::write_json_string;
use kql_types::{Column, ScalarType::Dynamic};

use crate::kernel::rows::dynamics;
use crate::scalar::signature::{TEXT, columns, scalar_function};
use crate::{Call, KernelError, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&PARSE_PATH];

scalar_function!(
    PARSE_PATH, ["parse_path"],
    "The parts of a file path, with slashes of either kind, as a bag: Scheme, RootPath, DirectoryPath, DirectoryName, Filename, Extension and AlternateDataStreamName. <https://learn.microsoft.com/kusto/query/parse-path-function>",
    [
        r#"print parse_path(@"C:\temp\file.txt")"#
            => r#"{"Scheme":"","RootPath":"C:\\","DirectoryPath":"C:\\temp","DirectoryName":"temp","Filename":"file.txt","Extension":"txt","AlternateDataStreamName":""}"#,
        r#"print parse_path("/usr/lib/temp/file.txt").DirectoryPath"# => "/usr/lib/temp",
    ],
    ResultName::Generated,
    [columns(&[TEXT], Dynamic, parse_path)],
);

fn parse_path(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    Ok(Column::Dynamic(
        dynamics(call.rows, |row, out| {
            PathParts::new(texts.text(row)).write(out);
            Some(())
        })
        .into(),
    ))
}

struct PathParts<'a> {
    scheme: &'a str,
    root: &'a str,
    directory: &'a str,
    directory_name: &'a str,
    filename: &'a str,
    extension: &'a str,
    stream: &'a str,
}

impl<'a> PathParts<'a> {
    fn new(path: &'a str) -> Self {
        let (scheme, path) = path.split_once("://").unwrap_or(("", path));
        let last = path.rfind(is_separator);
        let (mut directory, file) = match last {
            Some(at) => (&path[..at], &path[at + 1..]),
            None => ("", path),
        };
        let root = root(path);
        // The directory of a file right below the root is the root.
        if directory.len() < root.len() && last.is_some() {
            directory = root;
        }
        let (filename, stream) = match last {
            None if !root.is_empty() => ("", ""),
            _ => file.split_once(':').unwrap_or((file, "")),
        };
        Self {
            scheme,
            root,
            directory,
            directory_name: directory.rsplit(is_separator).next().unwrap_or_default(),
            filename,
            extension: filename.rsplit_once('.').map_or("", |(_, extension)| extension),
            stream,
        }
    }

    fn write(&self, out: &mut String) {
        for (before, part) in [
            (r#"{"Scheme":"#, self.scheme),
            (r#","RootPath":"#, self.root),
            (r#","DirectoryPath":"#, self.directory),
            (r#","DirectoryName":"#, self.directory_name),
            (r#","Filename":"#, self.filename),
            (r#","Extension":"#, self.extension),
            (r#","AlternateDataStreamName":"#, self.stream),
        ] {
            out.push_str(before);
            write_json_string(out, part);
        }
        out.push('}');
    }
}

fn is_separator(character: char) -> bool {
    matches!(character, '\\' | '/')
}

/// A drive with the separator behind it, perhaps behind the mark of a long path: `C:\`, `\\?\C:\`.
fn root(path: &str) -> &str {
    let mark = if path.starts_with(r"\\?\") { 4 } else { 0 };
    match path.as_bytes()[mark..] {
        [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic() => &path[..mark + 3],
        [drive, b':'] if drive.is_ascii_alphabetic() => path,
        _ => "",
    }
}
