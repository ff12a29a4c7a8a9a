//! Operators as they are written.

use crate::ast::{BinaryOperator, ListOperator, UnaryOperator};

impl UnaryOperator {
    /// The sign.
    pub fn as_str(self) -> &'static str {
        match self {
            UnaryOperator::Minus => "-",
            UnaryOperator::Plus => "+",
        }
    }
}

impl BinaryOperator {
    /// The operator's current spelling: `!contains` also where `notcontains` was written.
    pub fn as_str(self) -> &'static str {
        use BinaryOperator as B;
        match self {
            B::Or => "or",
            B::And => "and",
            B::Add => "+",
            B::Subtract => "-",
            B::Multiply => "*",
            B::Divide => "/",
            B::Modulo => "%",
            B::Equal => "==",
            B::NotEqual => "!=",
            B::Less => "<",
            B::LessOrEqual => "<=",
            B::Greater => ">",
            B::GreaterOrEqual => ">=",
            B::EqualTilde => "=~",
            B::NotEqualTilde => "!~",
            B::Has => "has",
            B::NotHas => "!has",
            B::HasCs => "has_cs",
            B::NotHasCs => "!has_cs",
            B::HasPrefix => "hasprefix",
            B::NotHasPrefix => "!hasprefix",
            B::HasPrefixCs => "hasprefix_cs",
            B::NotHasPrefixCs => "!hasprefix_cs",
            B::HasSuffix => "hassuffix",
            B::NotHasSuffix => "!hassuffix",
            B::HasSuffixCs => "hassuffix_cs",
            B::NotHasSuffixCs => "!hassuffix_cs",
            B::Contains => "contains",
            B::NotContains => "!contains",
            B::ContainsCs => "contains_cs",
            B::NotContainsCs => "!contains_cs",
            B::StartsWith => "startswith",
            B::NotStartsWith => "!startswith",
            B::StartsWithCs => "startswith_cs",
            B::NotStartsWithCs => "!startswith_cs",
            B::EndsWith => "endswith",
            B::NotEndsWith => "!endswith",
            B::EndsWithCs => "endswith_cs",
            B::NotEndsWithCs => "!endswith_cs",
            B::MatchesRegex => "matches regex",
            B::Like => "like",
            B::NotLike => "notlike",
            B::LikeCs => "likecs",
            B::NotLikeCs => "notlikecs",
            B::Search => ":",
        }
    }
}

impl ListOperator {
    /// The operator's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            ListOperator::In => "in",
            ListOperator::NotIn => "!in",
            ListOperator::InTilde => "in~",
            ListOperator::NotInTilde => "!in~",
            ListOperator::HasAny => "has_any",
            ListOperator::HasAll => "has_all",
        }
    }
}
