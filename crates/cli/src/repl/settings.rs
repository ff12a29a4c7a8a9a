//! What the user may change while the session runs.

use std::path::PathBuf;

use crate::args::Format;
use crate::config::Config;

/// What the user may change.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether the time that a query took is shown.
    pub timing: bool,
    /// Whether results that are taller than the screen are paged.
    pub pager: bool,
    /// Whether results of `render` are drawn.
    pub charts: bool,
    /// Whether the types of columns are shown.
    pub types: bool,
    /// What stands for null.
    pub null: String,
    /// The format of results.
    pub format: Format,
    /// The file to which results go instead of the screen.
    pub output: Option<PathBuf>,
    /// Where rules are looked for.
    pub rules: Vec<PathBuf>,
}

impl Settings {
    /// As the settings file says.
    pub fn of(config: &Config) -> Self {
        Self {
            timing: config.timing,
            pager: config.pager,
            charts: true,
            types: true,
            null: config.null.clone(),
            format: Format::Table,
            output: None,
            rules: config.rules.clone(),
        }
    }
}

/// A setting that `.set` changes.
pub struct Setting {
    pub name: &'static str,
    pub doc: &'static str,
    /// Its value as text.
    pub get: fn(&Settings) -> String,
    /// Takes a value, unless the text is none.
    pub set: fn(&mut Settings, &str) -> Option<()>,
}

/// All of them.
pub static SETTINGS: &[Setting] = &[
    Setting {
        name: "charts",
        doc: "whether what render asks for is drawn: on, off",
        get: |settings| switch_text(settings.charts),
        set: |settings, text| switch(text).map(|on| settings.charts = on),
    },
    Setting {
        name: "null",
        doc: "what stands for null",
        get: |settings| settings.null.clone(),
        set: |settings, text| {
            settings.null = text.trim_matches(['"', '\'']).to_owned();
            Some(())
        },
    },
    Setting {
        name: "pager",
        doc: "whether results taller than the screen are paged: on, off",
        get: |settings| switch_text(settings.pager),
        set: |settings, text| switch(text).map(|on| settings.pager = on),
    },
    Setting {
        name: "timing",
        doc: "whether the time that a query took is shown: on, off",
        get: |settings| switch_text(settings.timing),
        set: |settings, text| switch(text).map(|on| settings.timing = on),
    },
    Setting {
        name: "types",
        doc: "whether the types of columns are shown: on, off",
        get: |settings| switch_text(settings.types),
        set: |settings, text| switch(text).map(|on| settings.types = on),
    },
];

/// `on` or `off`.
pub fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" => Some(true),
        "off" | "false" | "no" => Some(false),
        _ => None,
    }
}

fn switch_text(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}
