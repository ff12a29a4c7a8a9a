//! Tokens as the input of nom's combinators.

use std::cell::RefCell;
use std::iter::{Copied, Enumerate};
use std::slice::Iter;

use nom::Needed;

use crate::lexer::{Sign, Token, TokenKind};
use crate::{Diagnostic, Severity, Span};

/// As many errors, and as many warnings, as anybody reads.
const MAX_DIAGNOSTICS: usize = 50;

/// What every part of the grammar can reach: the text, and the list of what is wrong.
pub(crate) struct Context<'a> {
    source: &'a str,
    diagnostics: RefCell<Vec<Diagnostic>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        Self { source, diagnostics: RefCell::default() }
    }

    /// Adds to the list of what is wrong, unless that is full. Only where the parser is sure of its way: nothing
    /// is taken back.
    pub(crate) fn report(&self, diagnostic: Diagnostic) {
        if self.count_of(diagnostic.severity) < MAX_DIAGNOSTICS {
            self.diagnostics.borrow_mut().push(diagnostic);
        }
    }

    /// Whether so much is wrong that more is not told.
    pub(crate) fn is_full(&self) -> bool {
        self.count_of(Severity::Error) >= MAX_DIAGNOSTICS
    }

    fn count_of(&self, severity: Severity) -> usize {
        self.diagnostics.borrow().iter().filter(|found| found.severity == severity).count()
    }

    /// What was reported.
    pub(crate) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics.into_inner()
    }
}

/// The tokens that are still to be read. Comments are not among them.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    tokens: &'a [Token],
    /// Where the last token that was read ends.
    consumed_to: usize,
    context: &'a Context<'a>,
}

impl<'a> Input<'a> {
    pub(crate) fn new(tokens: &'a [Token], context: &'a Context<'a>) -> Self {
        Self { tokens, consumed_to: 0, context }
    }

    pub(crate) fn context(&self) -> &'a Context<'a> {
        self.context
    }

    /// The whole text.
    pub(crate) fn source(&self) -> &'a str {
        self.context.source
    }

    /// The text before the next token and what separates it from the token before, without blanks at its end.
    pub(crate) fn text_before(&self) -> &'a str {
        self.context.source.get(..self.consumed_to).unwrap_or("")
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The next token.
    pub(crate) fn peek(&self) -> Option<Token> {
        self.peek_at(0)
    }

    /// The token after as many others.
    pub(crate) fn peek_at(&self, offset: usize) -> Option<Token> {
        self.tokens.get(offset).copied()
    }

    pub(crate) fn kind_at(&self, offset: usize) -> Option<TokenKind> {
        self.peek_at(offset).map(|token| token.kind)
    }

    /// The text of the token after as many others; empty at the end.
    pub(crate) fn text_at(&self, offset: usize) -> &'a str {
        self.peek_at(offset).map_or("", |token| token.span.text(self.context.source))
    }

    pub(crate) fn text(&self, span: Span) -> &'a str {
        span.text(self.context.source)
    }

    /// Whether the sign stands after as many tokens.
    pub(crate) fn is_sign(&self, offset: usize, sign: Sign) -> bool {
        self.kind_at(offset) == Some(TokenKind::Sign(sign))
    }

    /// Whether the keyword stands after as many tokens.
    pub(crate) fn is_keyword(&self, offset: usize, word: &str) -> bool {
        self.kind_at(offset) == Some(TokenKind::Keyword) && self.text_at(offset) == word
    }

    /// Whether nothing, not even a blank, stands between the token and the one before it.
    pub(crate) fn is_adjacent(&self, offset: usize) -> bool {
        let before = match offset.checked_sub(1) {
            Some(before) => self.peek_at(before).map(|token| token.span.end),
            None => Some(self.consumed_to),
        };
        before == self.peek_at(offset).map(|token| token.span.start)
    }

    /// Whether `||` stands next, or `|` with another directly before it.
    pub(crate) fn is_bar_twice(&self) -> bool {
        let is_bar = |offset| self.is_sign(offset, Sign::Bar);
        is_bar(0)
            && (self.text_before().ends_with('|') && self.is_adjacent(0) || is_bar(1) && self.is_adjacent(1))
    }

    /// Where the next token stands; at the end an empty span there.
    pub(crate) fn next_span(&self) -> Span {
        let end = self.context.source.trim_end().len().max(self.consumed_to);
        self.peek().map_or(Span::new(end, end), |token| token.span)
    }

    /// What was read from here up to where `after` stands.
    pub(crate) fn span_up_to(&self, after: &Input<'a>) -> Span {
        let start = self.next_span().start;
        Span::new(start, after.consumed_to.max(start))
    }

    /// The input without so many tokens.
    pub(crate) fn skip(&self, count: usize) -> Self {
        nom::Input::take_from(self, count.min(self.tokens.len()))
    }
}

impl<'a> nom::Input for Input<'a> {
    type Item = Token;
    type Iter = Copied<Iter<'a, Token>>;
    type IterIndices = Enumerate<Self::Iter>;

    fn input_len(&self) -> usize {
        self.tokens.len()
    }

    fn take(&self, index: usize) -> Self {
        Self { tokens: &self.tokens[..index], ..*self }
    }

    fn take_from(&self, index: usize) -> Self {
        let (read, tokens) = self.tokens.split_at(index);
        Self { tokens, consumed_to: read.last().map_or(self.consumed_to, |token| token.span.end), ..*self }
    }

    fn take_split(&self, index: usize) -> (Self, Self) {
        (self.take_from(index), self.take(index))
    }

    fn position<P: Fn(Token) -> bool>(&self, predicate: P) -> Option<usize> {
        self.tokens.iter().position(|token| predicate(*token))
    }

    fn iter_elements(&self) -> Self::Iter {
        self.tokens.iter().copied()
    }

    fn iter_indices(&self) -> Self::IterIndices {
        self.iter_elements().enumerate()
    }

    fn slice_index(&self, count: usize) -> Result<usize, Needed> {
        if count <= self.tokens.len() { Ok(count) } else { Err(Needed::new(count - self.tokens.len())) }
    }
}
