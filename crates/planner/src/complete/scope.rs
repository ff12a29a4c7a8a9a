//! What is in scope at the cursor. The text up to there is cut before the operator at the cursor, an operator without
//! meaning is put in its place, open brackets are closed, and the whole is bound.

use kql_parser::TokenKind;
use kql_parser::lexer::Sign;

use super::cursor::Cursor;
use super::frames::{Frame, Nesting, Role};
use super::segment::Unit;
use crate::bind::scope_at;
use crate::bind::watch::Seen;
use crate::bound::Surroundings;

/// What takes the operator's place.
const PROBE: &str = "count";

/// What is in scope at the cursor.
pub(super) fn at_cursor(cursor: &Cursor<'_>, nesting: &Nesting, surroundings: &Surroundings<'_>) -> Seen {
    // A pipe in brackets may be the pipe of the pipeline around them, which are not closed before it.
    let mut holders = (0..=nesting.home).rev().filter(|holder| nesting.holds_pipeline(*holder));
    let mut tried = holders.by_ref().map(|holder| (holder, in_frame(cursor, nesting, holder, surroundings)));
    let is_final = |(holder, seen): &(usize, Option<Seen>)| {
        seen.is_some() || !matches!(nesting.frames[*holder].role, Role::Group | Role::Call | Role::List)
    };
    if let Some((_, Some(seen))) = tried.find(is_final) {
        return seen;
    }
    // The table before the pipe is not known; names are.
    let cut = cursor.start(nesting.home().statement);
    let names = bound(cursor, nesting, nesting.home, cut, "print 1 | ", surroundings);
    Seen { names: names.unwrap_or_default().names, ..Seen::default() }
}

/// What is in scope for the last operator of the pipeline in that frame.
fn in_frame(
    cursor: &Cursor<'_>,
    nesting: &Nesting,
    holder: usize,
    surroundings: &Surroundings<'_>,
) -> Option<Seen> {
    let frame = &nesting.frames[holder];
    let (cut, between) = match frame.bar {
        Some(bar) => (cursor.start(bar), "| "),
        None if frame.role == Role::Operators => (cursor.start(frame.statement), ""),
        None => (cursor.start(frame.statement), "print 1 | "),
    };
    bound(cursor, nesting, holder, cut, between, surroundings)
}

/// What is in scope behind the right side of a `join`.
pub(super) fn of_right_side(
    cursor: &Cursor<'_>,
    nesting: &Nesting,
    right: Unit,
    surroundings: &Surroundings<'_>,
) -> Seen {
    let (start, end) = (cursor.start(right.first()), cursor.end(right.last()));
    let between = format!("({} | ", &cursor.text[start..end]);
    let mut probe = Probe::new(cursor, nesting, nesting.home, start, &between);
    probe.text.push(')');
    probe.close(cursor, nesting, nesting.home);
    scope_at(&probe.text, probe.offset, surroundings).unwrap_or_default()
}

fn bound(
    cursor: &Cursor<'_>,
    nesting: &Nesting,
    holder: usize,
    cut: usize,
    between: &str,
    surroundings: &Surroundings<'_>,
) -> Option<Seen> {
    let mut probe = Probe::new(cursor, nesting, holder, cut, between);
    probe.close(cursor, nesting, holder);
    scope_at(&probe.text, probe.offset, surroundings)
}

/// A text to bind, and where in it the place is that is asked about.
struct Probe {
    text: String,
    offset: usize,
    /// The first frame whose bracket is in the text.
    first: usize,
}

impl Probe {
    /// The text up to `cut`, where a function's body is taken out of the function; what comes between; and an operator.
    fn new(cursor: &Cursor<'_>, nesting: &Nesting, holder: usize, cut: usize, between: &str) -> Self {
        let bodies = |frame: &Frame| frame.role == Role::Body;
        let body = nesting.frames[..=holder].iter().rposition(bodies);
        let mut text = String::new();
        let mut start = 0;
        if let Some(body) = body {
            before_body(cursor, nesting, body, &mut text);
            start = nesting.frames[body].opener.map_or(0, |opener| cursor.end(opener));
        }
        text.push_str(&cursor.text[start.min(cut)..cut]);
        text.push('\n');
        text.push_str(between);
        let offset = text.len();
        text.push_str(PROBE);
        Self { text, offset, first: body.map_or(1, |body| body + 1) }
    }

    /// Closes the brackets that are open.
    fn close(&mut self, cursor: &Cursor<'_>, nesting: &Nesting, holder: usize) {
        for frame in nesting.frames[..=holder].iter().skip(self.first).rev() {
            let Some(opener) = frame.opener else { continue };
            self.text.push_str(match cursor.tokens[opener].kind {
                TokenKind::Sign(Sign::OpenBracket) => "]",
                TokenKind::Sign(Sign::OpenBrace) => "}",
                _ => ")",
            });
            // Without its condition the parser leaves it out.
            let around = nesting.frames.iter().rev().find(|outer| outer.opener < frame.opener);
            if around.is_some_and(|outer| cursor.at(outer.segment()) == "lookup") {
                self.text.push_str(" on x");
            }
        }
    }
}

/// The statements before a function, and its parameters as statements.
fn before_body(cursor: &Cursor<'_>, nesting: &Nesting, body: usize, out: &mut String) {
    let outer =
        nesting.frames[..body].iter().rposition(|frame| matches!(frame.role, Role::Body | Role::Text));
    let Some(outer) = outer else { return };
    if nesting.frames[outer].role == Role::Body {
        before_body(cursor, nesting, outer, out);
    }
    let frame = &nesting.frames[outer];
    let start = frame.opener.map_or(0, |opener| cursor.end(opener));
    let end = frame.declares.map_or(cursor.start(frame.statement), |declares| cursor.start(declares));
    out.push_str(cursor.text.get(start..end).unwrap_or_default());
    let closing = nesting.frames[body].opener.and_then(|opener| opener.checked_sub(1));
    if let Some((open, close)) = closing.and_then(|close| Some((nesting.opener_of(close)?, close))) {
        declare_parameters(cursor, open, close, out);
    }
}

/// `(a: long, T: (b: string))` as `let a = long(null); let T = datatable(b: string)[];`
fn declare_parameters(cursor: &Cursor<'_>, open: usize, close: usize, out: &mut String) {
    let mut index = open + 1;
    while index + 2 < close {
        let name = cursor.at(index);
        if cursor.is_sign(index + 2, Sign::OpenParenthesis) {
            let end =
                (index + 3..close).find(|at| cursor.is_sign(*at, Sign::CloseParenthesis)).unwrap_or(close);
            let columns = &cursor.text[cursor.start(index + 2)..cursor.end(end)];
            out.push_str(&format!("let {name} = datatable{columns}[];"));
            index = end;
        } else {
            let value = match cursor.at(index + 2) {
                "string" => "''".to_owned(),
                other => format!("{other}(null)"),
            };
            out.push_str(&format!("let {name} = {value};"));
        }
        index = (index..close).find(|at| cursor.is_sign(*at, Sign::Comma)).unwrap_or(close) + 1;
    }
}
