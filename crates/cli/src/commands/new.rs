//! `kql new`: makes the files of a rule.

use std::fs::OpenOptions;
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::args::New;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::terminal;

const QUERY: &str = include_str!("new/rule.kql");
const METADATA: &str = include_str!("new/rule.yaml");
const TESTS: &str = include_str!("new/rule.test.yaml");

pub(super) fn new(what: &New) -> Result<Outcome, Failure> {
    let New::Rule { name } = what;
    let stem = name.file_name().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    if stem.is_empty() {
        return Err(Failure::Usage("a rule needs a name".to_owned()));
    }
    let folder = name.parent().unwrap_or(Path::new(""));
    if !folder.as_os_str().is_empty() {
        std::fs::create_dir_all(folder)
            .map_err(|error| Failure::io(format!("cannot make {}", folder.display()), &error))?;
    }
    let files: Vec<(PathBuf, &str)> = [(".kql", QUERY), (".yaml", METADATA), (".test.yaml", TESTS)]
        .map(|(ending, text)| (folder.join(format!("{stem}{ending}")), text))
        .into();
    if let Some((path, _)) = files.iter().find(|(path, _)| path.exists()) {
        return Err(Failure::Data(format!("{} is there already", path.display())));
    }
    let identifier = identifier();
    for (path, text) in &files {
        let text = text.replace("NAME", &stem).replace("IDENTIFIER", &identifier);
        let failed = |error| Failure::io(format!("cannot write {}", path.display()), &error);
        let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        terminal::say(&format!("made {}\n", path.display()));
    }
    Ok(Outcome::Ran)
}

/// A random GUID of version 4. The keys of the standard library's hasher are random.
fn identifier() -> String {
    let half = || u128::from(RandomState::new().hash_one(0));
    let number = half() << 64 | half();
    let number = number & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{number:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
