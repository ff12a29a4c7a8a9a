//! The text before the cursor: whole tokens, and the beginning of a word.

use kql_parser::lexer::{LexicalError, Sign};
use kql_parser::{Span, Token, TokenKind, tokenize};

use super::place::Place;

/// The text before the cursor.
#[derive(Debug)]
pub(super) struct Cursor<'t> {
    /// Up to the cursor.
    pub text: &'t str,
    /// Before the word at the cursor; comments left out.
    pub tokens: Vec<Token>,
    /// Where the word at the cursor begins; the cursor's place, if there is none.
    pub word: usize,
    /// Where the text inside the quotes begins, if the cursor stands in a string.
    pub string: Option<usize>,
}

impl<'t> Cursor<'t> {
    /// The cursor at that offset; `None` where nothing can be completed: in comments and in literals such as dates.
    pub fn new(text: &'t str, offset: usize) -> Option<Self> {
        let text = text.get(..text.floor_char_boundary(offset))?;
        let tokens = tokenize(text);
        if let Some(last) = tokens.last().filter(|last| last.span.end == text.len()) {
            match last.kind {
                TokenKind::Comment | TokenKind::Directive => return None,
                TokenKind::Invalid(LexicalError::UnterminatedLiteral(_)) => return None,
                TokenKind::Invalid(LexicalError::UnterminatedString) => return Self::in_string(text, tokens),
                TokenKind::Long | TokenKind::Real | TokenKind::Timespan => return None,
                _ => {}
            }
        }
        let word = text.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$'));
        // `!has` and its like.
        let word = word.strip_suffix('!').unwrap_or(word).len();
        let mut tokens = tokenize(&text[..word]);
        tokens.retain(|token| token.kind != TokenKind::Comment);
        Some(Self { text, tokens, word, string: None })
    }

    /// The cursor behind a text, whatever it ends with.
    pub fn at_end(text: &'t str) -> Self {
        let mut tokens = tokenize(text);
        tokens.retain(|token| token.kind != TokenKind::Comment);
        Self { text, tokens, word: text.len(), string: None }
    }

    fn in_string(text: &'t str, mut tokens: Vec<Token>) -> Option<Self> {
        let string = tokens.pop()?.span;
        let quote = string.text(text).find(['"', '\''])?;
        tokens.retain(|token| token.kind != TokenKind::Comment);
        Some(Self { text, tokens, word: string.start, string: Some(string.start + quote + 1) })
    }

    /// The quote of the string at the cursor.
    pub fn quote(&self) -> &'t str {
        self.string.map_or("\"", |inside| &self.text[inside - 1..inside])
    }

    /// What a suggestion for that place replaces.
    pub fn replaced(&self, place: &Place) -> Span {
        let begins = |is_part: fn(char) -> bool| self.text.trim_end_matches(is_part).len();
        let start = match place {
            _ if self.string.is_some() => self.string.unwrap_or(self.word),
            Place::Operator => begins(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')),
            _ if self.text[..self.word].ends_with("hint.") => self.word - "hint.".len(),
            _ => self.word,
        };
        Span::new(start, self.text.len())
    }

    /// The text of a token; empty where there is none.
    pub fn at(&self, index: usize) -> &'t str {
        self.tokens.get(index).map_or("", |token| token.span.text(self.text))
    }

    /// Whether the token is that sign.
    pub fn is_sign(&self, index: usize, sign: Sign) -> bool {
        self.tokens.get(index).is_some_and(|token| token.kind == TokenKind::Sign(sign))
    }

    /// Whether the token is a word: a name or a keyword.
    pub fn is_word(&self, index: usize) -> bool {
        let kind = self.tokens.get(index).map(|token| token.kind);
        matches!(kind, Some(TokenKind::Identifier | TokenKind::Keyword))
    }

    /// Where the token begins; the word at the cursor, where there is none.
    pub fn start(&self, index: usize) -> usize {
        self.tokens.get(index).map_or(self.word, |token| token.span.start)
    }

    /// Where the token ends.
    pub fn end(&self, index: usize) -> usize {
        self.tokens.get(index).map_or(self.word, |token| token.span.end)
    }

    /// Whether a value may end with the token.
    pub fn ends_value(&self, index: usize) -> bool {
        let Some(token) = self.tokens.get(index) else { return false };
        match token.kind {
            TokenKind::Identifier
            | TokenKind::String
            | TokenKind::Long
            | TokenKind::Real
            | TokenKind::Timespan
            | TokenKind::Bool
            | TokenKind::Typed(_)
            | TokenKind::RawGuid
            | TokenKind::Sign(Sign::CloseParenthesis | Sign::CloseBracket | Sign::CloseBrace) => true,
            TokenKind::Sign(Sign::Star) => {
                let before = index.checked_sub(1);
                before.is_none_or(|before| !self.ends_value(before))
            }
            // `count`, `kind` and other words of the language are names too.
            TokenKind::Keyword => {
                let word = token.span.text(self.text);
                kql_parser::lexer::name_use(word) == Some(kql_parser::lexer::NameUse::Anywhere)
            }
            _ => false,
        }
    }
}
