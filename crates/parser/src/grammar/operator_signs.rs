//! The operators between two values: how they are written and how tightly they bind.

use super::input::Input;
use crate::ast::{BinaryOperator, ListOperator};
use crate::lexer::{Sign, TokenKind, keywords};

/// How tightly an operator binds, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// `==`, `!=`, `in`, `between`, `has_any`: one in a row.
    Equality,
    /// `<`, `<=`, `>`, `>=`: one in a row.
    Relation,
    /// `+`, `-`
    Sum,
    /// `*`, `/`, `%`
    Product,
    /// `has`, `contains`, `=~` and the other operators on text: one in a row.
    Text,
    /// What binds tighter than any operator between two values.
    Operand,
}

impl Level {
    /// The next tighter level.
    pub(crate) fn tighter(self) -> Self {
        match self {
            Level::Equality => Level::Relation,
            Level::Relation => Level::Sum,
            Level::Sum => Level::Product,
            Level::Product => Level::Text,
            Level::Text | Level::Operand => Level::Operand,
        }
    }

    /// Whether several operators of the level may follow each other: `a + b + c`, but not `a == b == c`.
    pub(crate) fn chains(self) -> bool {
        matches!(self, Level::Sum | Level::Product)
    }
}

/// An operator with what it takes on its right.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Infix {
    /// A value.
    Binary(BinaryOperator),
    /// A list in parentheses.
    List(ListOperator),
    /// `(low .. high)`
    Between {
        /// `!between`
        negated: bool,
    },
}

/// The operator at the next token, if one stands there; `and` and `or` are not among them.
pub(crate) fn infix(input: Input<'_>) -> Option<(Level, Infix)> {
    use BinaryOperator as B;
    match input.kind_at(0)? {
        TokenKind::Keyword => infix_word(input),
        TokenKind::Sign(sign) => {
            let (level, operator) = match sign {
                Sign::EqualEqual => (Level::Equality, B::Equal),
                Sign::BangEqual | Sign::LessGreater => (Level::Equality, B::NotEqual),
                Sign::Less => (Level::Relation, B::Less),
                Sign::LessOrEqual => (Level::Relation, B::LessOrEqual),
                Sign::Greater => (Level::Relation, B::Greater),
                Sign::GreaterOrEqual => (Level::Relation, B::GreaterOrEqual),
                Sign::Plus => (Level::Sum, B::Add),
                Sign::Minus => (Level::Sum, B::Subtract),
                Sign::Star => (Level::Product, B::Multiply),
                Sign::Slash => (Level::Product, B::Divide),
                Sign::Percent => (Level::Product, B::Modulo),
                Sign::EqualTilde => (Level::Text, B::EqualTilde),
                Sign::BangTilde => (Level::Text, B::NotEqualTilde),
                Sign::Colon => (Level::Text, B::Search),
                _ => return None,
            };
            Some((level, Infix::Binary(operator)))
        }
        _ => None,
    }
}

fn infix_word(input: Input<'_>) -> Option<(Level, Infix)> {
    let word = input.text_at(0);
    let list = match word {
        // `in range(...)` belongs to make-series
        "in" if !input.is_keyword(1, "range") => ListOperator::In,
        "!in" => ListOperator::NotIn,
        "in~" => ListOperator::InTilde,
        "!in~" => ListOperator::NotInTilde,
        "has_any" => ListOperator::HasAny,
        "has_all" => ListOperator::HasAll,
        "between" | "!between" => {
            return Some((Level::Equality, Infix::Between { negated: word.starts_with('!') }));
        }
        _ => return text_operator(word).map(|operator| (Level::Text, Infix::Binary(operator))),
    };
    Some((Level::Equality, Infix::List(list)))
}

/// Whether an operator on text stands next: `has`, `contains`, `=~`, `:`, ...
pub(crate) fn is_string_operator(input: Input<'_>) -> bool {
    matches!(infix(input), Some((Level::Text, _)))
}

/// The words that may stand between two values.
pub(crate) fn words_between_values() -> impl Iterator<Item = &'static str> {
    let others = ["and", "or", "in", "!in", "in~", "!in~", "has_any", "has_all", "between", "!between"];
    keywords().filter(move |word| text_operator(word).is_some() || others.contains(word))
}

fn text_operator(word: &str) -> Option<BinaryOperator> {
    use BinaryOperator as B;
    Some(match word {
        "has" => B::Has,
        "!has" => B::NotHas,
        "has_cs" => B::HasCs,
        "!has_cs" => B::NotHasCs,
        "hasprefix" => B::HasPrefix,
        "!hasprefix" => B::NotHasPrefix,
        "hasprefix_cs" => B::HasPrefixCs,
        "!hasprefix_cs" => B::NotHasPrefixCs,
        "hassuffix" => B::HasSuffix,
        "!hassuffix" => B::NotHasSuffix,
        "hassuffix_cs" => B::HasSuffixCs,
        "!hassuffix_cs" => B::NotHasSuffixCs,
        "contains" => B::Contains,
        "!contains" | "notcontains" => B::NotContains,
        "contains_cs" | "containscs" => B::ContainsCs,
        "!contains_cs" | "notcontainscs" => B::NotContainsCs,
        "startswith" => B::StartsWith,
        "!startswith" => B::NotStartsWith,
        "startswith_cs" => B::StartsWithCs,
        "!startswith_cs" => B::NotStartsWithCs,
        "endswith" => B::EndsWith,
        "!endswith" => B::NotEndsWith,
        "endswith_cs" => B::EndsWithCs,
        "!endswith_cs" => B::NotEndsWithCs,
        "matches regex" => B::MatchesRegex,
        "like" => B::Like,
        "notlike" => B::NotLike,
        "likecs" => B::LikeCs,
        "notlikecs" => B::NotLikeCs,
        _ => return None,
    })
}
