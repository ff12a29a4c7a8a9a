//! The settings file of the interactive session. Other commands do not read it, so that they do the same everywhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rustyline::EditMode;
use serde::Deserialize;

use crate::args::DataArguments;
use crate::failure::Failure;
use crate::repl::PaletteName;
use crate::time_zone::TimeZone;

/// What the settings file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Folders of data, as `--data` takes them.
    pub data: Vec<PathBuf>,
    /// Tables by name, as `--table` takes them.
    pub tables: BTreeMap<String, String>,
    /// Schema files, as `--schema` takes them.
    pub schemas: Vec<PathBuf>,
    /// Folders of functions, as `--functions` takes them.
    pub functions: Vec<PathBuf>,
    /// Folders of rules, for `.rules` and `.run`.
    pub rules: Vec<PathBuf>,
    /// The colours of what is typed.
    pub palette: PaletteName,
    /// How keys edit.
    pub edit_mode: KeysName,
    /// What stands for null in tables.
    pub null: String,
    /// The time zone in which the screen shows datetimes.
    pub time_zone: TimeZone,
    /// Whether datetimes of one day are shown without it.
    pub short_times: bool,
    /// Whether the time that a query took is shown.
    pub timing: bool,
    /// Whether long results are paged.
    pub pager: bool,
    /// A script that is run first.
    pub startup: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: Vec::new(),
            tables: BTreeMap::new(),
            schemas: Vec::new(),
            functions: Vec::new(),
            rules: vec![PathBuf::from("queries"), PathBuf::from("rules")],
            palette: PaletteName::default(),
            edit_mode: KeysName::default(),
            null: String::new(),
            time_zone: TimeZone::default(),
            short_times: true,
            timing: true,
            pager: true,
            startup: None,
        }
    }
}

/// How keys edit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeysName {
    /// As in most shells.
    #[default]
    Emacs,
    /// As in vi.
    Vi,
}

impl From<KeysName> for EditMode {
    fn from(name: KeysName) -> Self {
        match name {
            KeysName::Emacs => EditMode::Emacs,
            KeysName::Vi => EditMode::Vi,
        }
    }
}

impl Config {
    /// Reads the file that `$KQL_CONFIG` names, else `kql/config.toml` in the user's folder of settings, if it is there.
    pub fn read() -> Result<Self, Failure> {
        let named = std::env::var_os("KQL_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
        let Some(path) = named.or_else(|| usual_path().filter(|path| path.exists())) else {
            return Ok(Self::default());
        };
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Failure::io(format!("cannot read {}", path.display()), &error))?;
        Self::parse(&text).map_err(|why| Failure::Usage(format!("{}: {why}", path.display())))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut config: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let lists = [&mut config.data, &mut config.schemas, &mut config.functions, &mut config.rules];
        for path in lists.into_iter().flatten().chain(&mut config.startup) {
            *path = in_home(path);
        }
        for pattern in config.tables.values_mut() {
            *pattern = in_home(Path::new(pattern.as_str())).to_string_lossy().into_owned();
        }
        Ok(config)
    }

    /// The arguments of the command line, with what the file says before them: of two tables of one name the later
    /// counts.
    pub fn before(&self, data: &DataArguments) -> DataArguments {
        let mut data = data.clone();
        data.folders.splice(0..0, self.data.iter().cloned());
        data.schemas.splice(0..0, self.schemas.iter().cloned());
        data.functions.splice(0..0, self.functions.iter().cloned());
        data.tables.splice(0..0, self.tables.iter().map(|(name, path)| (name.clone(), path.clone())));
        data
    }
}

/// `$XDG_CONFIG_HOME`, or `~/.config`; on Windows `%APPDATA%`.
fn usual_path() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let settings = folder("XDG_CONFIG_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| folder("APPDATA"))
        .or_else(|| folder("HOME").map(|home| home.join(".config")))?;
    Some(settings.join("kql").join("config.toml"))
}

/// A path whose `~` stands for the user's home.
pub(crate) fn in_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::var_os("HOME")) {
        (Ok(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_file_leaves_out_is_as_usual() {
        let config = Config::parse("palette = 'light'\nedit-mode = 'vi'\n[tables]\nT = 'a/*.json'").unwrap();
        assert_eq!(config.palette, PaletteName::Light);
        assert_eq!(config.edit_mode, KeysName::Vi);
        assert_eq!(config.tables["T"], "a/*.json");
        assert!(config.timing && config.data.is_empty());
    }

    #[test]
    fn what_the_file_gets_wrong_is_said() {
        assert!(Config::parse("pallete = 'light'").unwrap_err().contains("pallete"));
        assert!(Config::parse("palette = 'pink'").unwrap_err().contains("pink"));
        let message = Config::parse("time-zone = 'Europe/Berln'").unwrap_err();
        assert!(message.contains("did you mean Europe/Berlin?"), "{message}");
    }

    #[test]
    fn the_command_line_comes_after_the_file() {
        let config = Config::parse("data = ['a']").unwrap();
        let given = DataArguments { folders: vec![PathBuf::from("b")], ..DataArguments::default() };
        assert_eq!(config.before(&given).folders, [PathBuf::from("a"), PathBuf::from("b")]);
    }
}
