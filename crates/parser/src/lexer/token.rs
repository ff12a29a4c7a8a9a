//! What the lexer makes of the text.

use crate::Span;

/// A piece of the text: a word, a literal, a sign, a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// `// ...` up to the end of the line.
    Comment,
    /// `#...`, a line for the client, without meaning to the language.
    Directive,
    /// A name that is no keyword; it may begin with a digit or `$`.
    Identifier,
    /// One of [`super::keywords`].
    Keyword,
    /// Any form of string: `'..'`, `".."`, `@'..'`, `h'..'`, fenced by three back-ticks or tildes.
    String,
    /// `12`, `0x1f`
    Long,
    /// `1.5`, `1.`, `1e3`
    Real,
    /// `1d`, `1.5h`
    Timespan,
    /// `true`, `True`, `TRUE` and the same of false.
    Bool,
    /// A literal with its type's name and its text in parentheses: `datetime(2024-01-01)`, `int(5)`.
    Typed(TypedLiteral),
    /// A guid that stands without `guid(...)`. The grammar allows it nowhere.
    RawGuid,
    /// Punctuation and operators made of signs.
    Sign(Sign),
    /// What is no part of the language.
    Invalid(LexicalError),
}

/// The type that a literal such as `datetime(...)` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the type of its name")]
pub enum TypedLiteral {
    Bool,
    Int,
    Long,
    Real,
    Decimal,
    DateTime,
    Timespan,
    Guid,
}

/// Why a token is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LexicalError {
    /// A character that begins nothing.
    UnexpectedCharacter,
    /// A string without its closing quote.
    UnterminatedString,
    /// A string with a backslash before a character that it does not go with.
    UnknownEscape,
    /// `datetime(...` and its relatives without the closing parenthesis on the same line.
    UnterminatedLiteral(TypedLiteral),
}

macro_rules! signs {
    ($($name:ident $text:literal),+ $(,)?) => {
        /// Punctuation and operators made of signs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each variant is the sign that `as_str` gives")]
        pub enum Sign { $($name),+ }

        impl Sign {
            /// The sign as it is written.
            pub fn as_str(self) -> &'static str {
                match self { $(Sign::$name => $text),+ }
            }

            /// All signs; one that begins another stands after it.
            pub(super) const LONGEST_FIRST: &[Sign] = &[$(Sign::$name),+];
        }
    };
}

signs! {
    DotDot "..",
    LessOrEqual "<=",
    LessBar "<|",
    LessGreater "<>",
    GreaterOrEqual ">=",
    EqualEqual "==",
    Arrow "=>",
    EqualTilde "=~",
    BangEqual "!=",
    BangTilde "!~",
    OpenParenthesis "(",
    CloseParenthesis ")",
    OpenBracket "[",
    CloseBracket "]",
    OpenBrace "{",
    CloseBrace "}",
    Bar "|",
    Dot ".",
    Plus "+",
    Minus "-",
    Star "*",
    Slash "/",
    Percent "%",
    Less "<",
    Greater ">",
    Equal "=",
    Colon ":",
    Semicolon ";",
    Comma ",",
    At "@",
    Question "?",
}
