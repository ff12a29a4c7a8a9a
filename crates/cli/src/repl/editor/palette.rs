//! Colours of what is typed.

use anstyle::{Ansi256Color, AnsiColor, Color, Effects, Style};
use serde::Deserialize;

/// Which colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaletteName {
    /// As the terminal's background asks for, as far as it tells.
    #[default]
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// No colours.
    None,
}

/// A style for each kind of text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Palette {
    pub operator: Style,
    pub keyword: Style,
    pub function: Style,
    pub column: Style,
    pub table: Style,
    pub variable: Style,
    pub text: Style,
    pub number: Style,
    pub comment: Style,
    pub command: Style,
    /// In place of the other styles.
    pub mistake: Style,
    /// Laid over the other styles.
    pub bracket: Effects,
    pub hint: Style,
    pub prompt: Style,
}

impl Palette {
    /// The palette of that name for the terminal at hand. `NO_COLOR` and `TERM=dumb` win.
    pub fn of_terminal(name: PaletteName) -> Self {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        match name {
            _ if is_set("NO_COLOR") || is_dumb => Self::default(),
            PaletteName::None => Self::default(),
            PaletteName::Dark => Self::dark(),
            PaletteName::Light => Self::light(),
            PaletteName::Auto if background_is_light() => Self::light(),
            PaletteName::Auto => Self::dark(),
        }
    }

    /// Whether it has no colours.
    pub fn is_plain(&self) -> bool {
        self.operator == Style::new()
    }

    fn dark() -> Self {
        Self::of([75, 141, 221, 159, 120, 215, 180, 151, 245, 213])
    }

    fn light() -> Self {
        Self::of([25, 91, 94, 24, 28, 130, 124, 29, 244, 127])
    }

    /// Colours of operators, keywords, functions, columns, tables, variables, texts, numbers, comments and commands, from
    /// the 256 that nearly every terminal has.
    fn of(colours: [u8; 10]) -> Self {
        let [operator, keyword, function, column, table, variable, text, number, comment, command] =
            colours.map(|colour| Style::new().fg_color(Some(Color::Ansi256(Ansi256Color(colour)))));
        Self {
            operator: operator.bold(),
            keyword,
            function,
            column,
            table: table.bold(),
            variable,
            text,
            number,
            comment: comment.italic(),
            command: command.bold(),
            mistake: Style::new().fg_color(Some(Color::Ansi(AnsiColor::Red))).underline(),
            bracket: Effects::BOLD.insert(Effects::INVERT),
            hint: Style::new().fg_color(Some(Color::Ansi(AnsiColor::BrightBlack))),
            prompt: Style::new().bold(),
        }
    }
}

/// Whether the background is light, as far as `COLORFGBG` tells: `15;0` is white on black.
fn background_is_light() -> bool {
    let colours = std::env::var("COLORFGBG").unwrap_or_default();
    matches!(colours.rsplit(';').next(), Some("7" | "15"))
}
