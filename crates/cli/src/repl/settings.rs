//! What the user may change while the session runs.

use std::path::PathBuf;

use crate::args::Format;
use crate::config::Config;
use crate::output::TableStyle;
use crate::time_zone::TimeZone;

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
    /// The time zone in which the screen shows datetimes.
    pub zone: TimeZone,
    /// Whether datetimes of one day are shown without it.
    pub short_times: bool,
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
            zone: config.time_zone,
            short_times: config.short_times,
            format: Format::Table,
            output: None,
            rules: config.rules.clone(),
        }
    }

    /// How tables look that have no note.
    pub fn table_style(&self) -> TableStyle {
        TableStyle {
            types: false,
            null: self.null.clone(),
            zone: self.zone,
            short_times: self.short_times,
            note: String::new(),
        }
    }
}

/// A setting that `.set` changes.
pub struct Setting {
    pub name: &'static str,
    pub doc: &'static str,
    /// Its value as text.
    pub get: fn(&Settings) -> String,
    /// Takes a value; says why the text is none.
    pub set: fn(&mut Settings, &str) -> Result<(), String>,
    /// The values, where they can be listed.
    pub values: fn() -> Vec<&'static str>,
}

fn on_and_off() -> Vec<&'static str> {
    vec!["on", "off"]
}

/// All of them.
pub static SETTINGS: &[Setting] = &[
    Setting {
        name: "charts",
        doc: "whether what render asks for is drawn: on, off",
        get: |settings| switch_text(settings.charts),
        set: |settings, text| switched(text).map(|on| settings.charts = on),
        values: on_and_off,
    },
    Setting {
        name: "null",
        doc: "what stands for null",
        get: |settings| settings.null.clone(),
        set: |settings, text| {
            settings.null = text.trim_matches(['"', '\'']).to_owned();
            Ok(())
        },
        values: Vec::new,
    },
    Setting {
        name: "pager",
        doc: "whether results taller than the screen are paged: on, off",
        get: |settings| switch_text(settings.pager),
        set: |settings, text| switched(text).map(|on| settings.pager = on),
        values: on_and_off,
    },
    Setting {
        name: "short-times",
        doc: "whether datetimes of one day are shown without it, which then stands above them: on, off",
        get: |settings| switch_text(settings.short_times),
        set: |settings, text| switched(text).map(|on| settings.short_times = on),
        values: on_and_off,
    },
    Setting {
        name: "time-zone",
        doc: "the time zone in which the screen shows datetimes, such as Europe/Berlin; files are in UTC",
        get: |settings| settings.zone.name().to_owned(),
        set: |settings, text| TimeZone::named(text).map(|zone| settings.zone = zone),
        values: || TimeZone::names().collect(),
    },
    Setting {
        name: "timing",
        doc: "whether the time that a query took is shown: on, off",
        get: |settings| switch_text(settings.timing),
        set: |settings, text| switched(text).map(|on| settings.timing = on),
        values: on_and_off,
    },
    Setting {
        name: "types",
        doc: "whether the types of columns are shown: on, off",
        get: |settings| switch_text(settings.types),
        set: |settings, text| switched(text).map(|on| settings.types = on),
        values: on_and_off,
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

fn switched(text: &str) -> Result<bool, String> {
    switch(text).ok_or_else(|| "it is either on or off".to_owned())
}

fn switch_text(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}
