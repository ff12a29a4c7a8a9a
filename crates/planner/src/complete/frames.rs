//! The brackets that are open at the cursor, and what they hold.

use kql_parser::TokenKind;
use kql_parser::lexer::Sign;

use super::OpenCall;
use super::cursor::Cursor;

/// What a bracket holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Not a bracket: the whole text.
    Text,
    /// The body of a function made by `let`.
    Body,
    /// Operators on rows that are implied: `mv-apply x on (...)`.
    Operators,
    /// A table: `join (...)`, `union (...)`, `toscalar(...)`.
    Rows,
    /// The arguments of a call; its name is the token before the bracket.
    Call,
    /// A list of values, or one table: `in (...)`.
    List,
    /// An expression in brackets.
    Group,
    /// Names and types: `datatable (...)`, `typeof(...)`, the parameters of a function.
    Declarations,
    /// `name = value`: `render ... with (...)`.
    Properties,
    /// The steps of `scan`.
    Steps,
    /// The cells of a `datatable`.
    Cells,
    /// A position or key: `x[...]`, or the name in `['...']`.
    Index,
}

/// An open bracket, or the whole text.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub role: Role,
    /// The token that opens it.
    pub opener: Option<usize>,
    /// The first token of the statement at the cursor; of a `let` what comes after the `=`.
    pub statement: usize,
    /// The `let`, if the statement is one.
    pub declares: Option<usize>,
    /// The last pipe of that statement.
    pub bar: Option<usize>,
    /// The last comma or semicolon.
    pub comma: Option<usize>,
    /// Number of commas.
    pub commas: usize,
}

impl Frame {
    fn new(role: Role, opener: Option<usize>, start: usize) -> Self {
        Self { role, opener, statement: start, declares: None, bar: None, comma: None, commas: 0 }
    }

    fn holds_pipeline(&self) -> bool {
        self.bar.is_some() || matches!(self.role, Role::Text | Role::Body | Role::Operators | Role::Rows)
    }

    /// The first token behind the last pipe, or of the statement.
    pub fn segment(&self) -> usize {
        self.bar.map_or(self.statement, |bar| bar + 1)
    }
}

/// The open brackets, the outermost first.
#[derive(Debug)]
pub(super) struct Nesting {
    pub frames: Vec<Frame>,
    /// For each token that closes a bracket the one that opened it.
    opened_by: Vec<Option<usize>>,
    /// Position of the frame that holds the pipeline at the cursor.
    pub home: usize,
}

impl Nesting {
    pub fn new(cursor: &Cursor<'_>) -> Self {
        let mut frames = vec![Frame::new(Role::Text, None, 0)];
        let mut opened_by = vec![None; cursor.tokens.len()];
        for (index, token) in cursor.tokens.iter().enumerate() {
            let TokenKind::Sign(sign) = token.kind else { continue };
            match sign {
                Sign::OpenParenthesis | Sign::OpenBracket | Sign::OpenBrace => {
                    let role = role(cursor, &frames, index, sign);
                    frames.push(Frame::new(role, Some(index), index + 1));
                }
                Sign::CloseParenthesis | Sign::CloseBracket | Sign::CloseBrace if frames.len() > 1 => {
                    opened_by[index] = frames.pop().and_then(|frame| frame.opener);
                }
                _ => {
                    if let Some(frame) = frames.last_mut() {
                        note_sign(cursor, frame, index, sign);
                    }
                }
            }
        }
        let home = frames.iter().rposition(Frame::holds_pipeline).unwrap_or(0);
        Self { frames, opened_by, home }
    }

    /// Whether a pipeline may stand in that frame.
    pub fn holds_pipeline(&self, frame: usize) -> bool {
        self.frames.get(frame).is_some_and(Frame::holds_pipeline)
    }

    /// The frame that holds the pipeline at the cursor.
    pub fn home(&self) -> &Frame {
        &self.frames[self.home]
    }

    /// The innermost frame.
    pub fn innermost(&self) -> &Frame {
        &self.frames[self.frames.len() - 1]
    }

    /// The token that opened the bracket which this one closes.
    pub fn opener_of(&self, closer: usize) -> Option<usize> {
        self.opened_by.get(closer).copied().flatten()
    }

    /// The innermost call that is open, if nothing but brackets of expressions is between it and the end.
    pub fn open_call(&self, text: &str) -> Option<OpenCall> {
        let cursor = Cursor::at_end(text);
        let frame = self
            .frames
            .iter()
            .rev()
            .find(|frame| !matches!(frame.role, Role::Group | Role::List | Role::Index | Role::Cells))?;
        let is_call = frame.role == Role::Call || (frame.role == Role::Rows && frame.bar.is_none());
        let name = frame.opener.and_then(|opener| opener.checked_sub(1)).filter(|_| is_call)?;
        cursor.is_word(name).then(|| OpenCall { name: cursor.at(name).to_owned(), argument: frame.commas })
    }
}

fn note_sign(cursor: &Cursor<'_>, frame: &mut Frame, index: usize, sign: Sign) {
    match sign {
        Sign::Bar => {
            frame.bar = Some(index);
            (frame.comma, frame.commas) = (None, 0);
        }
        Sign::Comma => {
            frame.comma = Some(index);
            frame.commas += 1;
        }
        Sign::Semicolon => {
            (frame.statement, frame.declares) = (index + 1, None);
            (frame.bar, frame.comma, frame.commas) = (None, None, 0);
        }
        Sign::Equal if cursor.at(frame.statement) == "let" && index == frame.statement + 2 => {
            (frame.statement, frame.declares) = (index + 1, Some(frame.statement));
        }
        _ => {}
    }
}

/// What the bracket at that token holds.
fn role(cursor: &Cursor<'_>, frames: &[Frame], index: usize, sign: Sign) -> Role {
    let Some(frame) = frames.last() else { return Role::Group };
    let operator = cursor.at(frame.segment());
    let before = index.checked_sub(1).map_or("", |before| cursor.at(before));
    match sign {
        Sign::OpenBrace => Role::Body,
        Sign::OpenBracket if matches!(operator, "datatable" | "externaldata" | "external_data") => {
            if before == ")" { Role::Cells } else { Role::Index }
        }
        Sign::OpenBracket => Role::Index,
        _ => parenthesis_role(cursor, frame, index, operator, before),
    }
}

fn parenthesis_role(cursor: &Cursor<'_>, frame: &Frame, index: usize, operator: &str, before: &str) -> Role {
    let begins_statement = frame.bar.is_none() && index == frame.statement;
    let is_list = matches!(before, "in" | "!in" | "in~" | "!in~" | "has_any" | "has_all");
    let words = (frame.segment()..index).map(|at| cursor.at(at));
    let mut words = words.skip(1);
    match (operator, before) {
        _ if frame.declares.is_some() && (begins_statement || before == "view") => {
            let is_declaration = cursor.at(index + 1) == ")" || cursor.is_sign(index + 2, Sign::Colon);
            if is_declaration { Role::Declarations } else { Role::Rows }
        }
        _ if begins_statement && frame.role == Role::Text => Role::Rows,
        (_, "datatable" | "externaldata" | "external_data" | "typeof" | "query_parameters" | "declare")
        | ("assert-schema", _)
        | ("parse-kv", "as")
        | ("evaluate", ":") => Role::Declarations,
        ("render" | "parse-kv" | "externaldata" | "reduce", "with") => Role::Properties,
        ("scan", "with") => Role::Steps,
        ("mv-apply" | "mvapply", "on") | ("facet", "with") | ("fork", _) => Role::Operators,
        ("partition", before) if before != "by" => Role::Operators,
        ("join" | "lookup", _) if words.all(|word| word != "on") => Role::Rows,
        ("search" | "find", "in") | ("union", _) => Role::Rows,
        (_, "toscalar" | "materialize" | "view") => Role::Rows,
        _ if is_list => Role::List,
        _ => {
            let is_call = index.checked_sub(1).is_some_and(|name| {
                cursor.is_word(name) && cursor.ends_value(name) && name != frame.segment()
                    || cursor.tokens[name].kind == TokenKind::Identifier
            });
            if is_call { Role::Call } else { Role::Group }
        }
    }
}
