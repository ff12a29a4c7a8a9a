use super::*;

fn texts(text: &str) -> Vec<(TokenKind, &str)> {
    tokenize(text).into_iter().map(|token| (token.kind, token.span.text(text))).collect()
}

fn kinds(text: &str) -> Vec<TokenKind> {
    tokenize(text).into_iter().map(|token| token.kind).collect()
}

#[test]
fn words_names_and_signs() {
    use TokenKind::{Identifier, Keyword, Long};
    assert_eq!(
        texts("T|where a!in~(1)"),
        [
            (Identifier, "T"),
            (TokenKind::Sign(Sign::Bar), "|"),
            (Keyword, "where"),
            (Identifier, "a"),
            (Keyword, "!in~"),
            (TokenKind::Sign(Sign::OpenParenthesis), "("),
            (Long, "1"),
            (TokenKind::Sign(Sign::CloseParenthesis), ")"),
        ]
    );
    assert_eq!(
        texts("mv-expand inner $left 1x"),
        [(Keyword, "mv-expand"), (Identifier, "inner"), (Identifier, "$left"), (Identifier, "1x")]
    );
}

#[test]
fn the_longest_keyword_decides_alone() {
    assert_eq!(texts("top-nestedx")[0], (TokenKind::Identifier, "top"));
    assert_eq!(texts("order-x")[0], (TokenKind::Keyword, "order"));
}

#[test]
fn numbers() {
    use TokenKind::{Identifier, Long, Real, Timespan};
    assert_eq!(kinds("1 0x1F 1.5 5. 1e3 1.5e-3"), [Long, Long, Real, Real, Real, Real]);
    assert_eq!(
        kinds("1d 1.5h 10min 1w 1D 1_000"),
        [Timespan, Timespan, Timespan, Identifier, Identifier, Identifier]
    );
    assert_eq!(kinds("1..5"), [Long, TokenKind::Sign(Sign::DotDot), Long]);
    assert_eq!(kinds("74be27de-1e4e-49d9-b579-fe0b331d3642"), [TokenKind::RawGuid]);
}

#[test]
fn typed_literals_take_their_text_whole() {
    assert_eq!(
        texts("datetime(2024-01-01 10:00)"),
        [(TokenKind::Typed(TypedLiteral::DateTime), "datetime(2024-01-01 10:00)")]
    );
    assert_eq!(kinds("datetime (x)")[0], TokenKind::Keyword);
    assert_eq!(kinds("int(5\n")[0], TokenKind::Invalid(LexicalError::UnterminatedLiteral(TypedLiteral::Int)));
}

#[test]
fn strings() {
    for text in
        ["'a'", "\"a\"", "@'a\\'", "h'a'", "h@\"a\"", "```a\n'b```", "~~~x~~~", "@'it''s'", r"'\u00e9\n\''"]
    {
        assert_eq!(texts(text), [(TokenKind::String, text)]);
    }
    assert_eq!(kinds("'abc"), [TokenKind::Invalid(LexicalError::UnterminatedString)]);
    assert_eq!(kinds(r"'\q'"), [TokenKind::Invalid(LexicalError::UnknownEscape)]);
}

#[test]
fn strings_say_what_they_mean() {
    for (token, text) in [
        (r"'a\tb\\'", "a\tb\\"),
        (r"@'a\tb'", r"a\tb"),
        ("@'it''s'", "it's"),
        (r"'\x41\101\u00e9\U0001F600'", "AA\u{e9}\u{1f600}"),
        (r"'\ud83d\ude00\ud83d'", "\u{1f600}\u{fffd}"),
        ("h\"s\"", "s"),
        ("```a\n\\n```", "a\n\\n"),
    ] {
        assert_eq!(decode_string(token), text);
    }
}

#[test]
fn trivia_is_skipped_and_comments_are_kept() {
    assert_eq!(
        texts("\u{feff} // note\r\n a"),
        [(TokenKind::Comment, "// note"), (TokenKind::Identifier, "a")]
    );
    assert!(kinds("").is_empty());
}

#[test]
fn foreign_characters_are_tokens_too() {
    let unexpected = TokenKind::Invalid(LexicalError::UnexpectedCharacter);
    assert_eq!(kinds("a & \u{e9}"), [TokenKind::Identifier, unexpected, unexpected]);
}
