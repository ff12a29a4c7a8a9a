//! No text brings the parser down: random bytes, random words, damaged queries, absurd nesting.
//!
//! The random numbers are the same in every run.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod snippets;

use kql_parser::{Code, Parsed, keywords, lexer::tokenize, parse};

/// Pseudo-random numbers (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Parses, and checks what must hold of any text.
fn checked(text: &str) -> Parsed {
    let parsed = parse(text);
    let mut last = 0;
    for found in &parsed.diagnostics {
        let span = found.span;
        assert!(span.start <= span.end && text.get(span.start..span.end).is_some(), "{span:?} in {text:?}");
        assert!(last <= span.start, "not in order: {text:?}");
        assert!(!found.message.is_empty());
        last = span.start;
    }
    let mut end = 0;
    for token in tokenize(text) {
        assert!(end <= token.span.start && token.span.start < token.span.end, "{token:?} in {text:?}");
        end = token.span.end;
    }
    parsed
}

fn all_snippets() -> Vec<String> {
    let folders = ["tests/grammar/accepted", "tests/grammar/rejected", "tests/errors"];
    folders.iter().flat_map(|folder| snippets::files(folder)).flat_map(|file| snippets::of(&file)).collect()
}

#[test]
fn random_bytes() {
    let mut random = Random(1);
    for _ in 0..2_000 {
        let bytes: Vec<u8> = (0..random.below(200)).map(|_| random.below(256) as u8).collect();
        checked(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn random_words() {
    let mut random = Random(2);
    let signs =
        ["|", "(", ")", "[", "]", "{", "}", ",", ";", ".", "..", "=", "==", "*", "-", ":", "=>", "<", "@"];
    let values =
        ["a", "T", "1", "1d", "2.5", "\"x\"", "'y", "datetime(2024", "dynamic(", "```", "\u{e9}", "$left"];
    let words: Vec<&str> = keywords().chain(signs).chain(signs).chain(values).chain(values).collect();
    for _ in 0..3_000 {
        let length = random.below(30);
        let text: Vec<&str> = (0..length).map(|_| *random.pick(&words)).collect();
        let separator = *random.pick(&[" ", "", "\n"]);
        checked(&text.join(separator));
    }
}

#[test]
fn every_beginning_of_a_query() {
    for query in all_snippets() {
        for (end, _) in query.char_indices() {
            checked(&query[..end]);
        }
    }
}

#[test]
fn queries_with_a_token_left_out_or_twice_or_elsewhere() {
    let mut random = Random(3);
    for query in all_snippets() {
        let tokens: Vec<&str> = tokenize(&query).iter().map(|token| token.span.text(&query)).collect();
        for at in 0..tokens.len() {
            let mut damaged = tokens.clone();
            match random.below(3) {
                0 => drop(damaged.remove(at)),
                1 => damaged.insert(at, tokens[at]),
                _ => damaged.swap(at, random.below(tokens.len())),
            }
            checked(&damaged.join(" "));
        }
    }
}

#[test]
fn what_nests_too_deep_is_refused() {
    let nested = |open: &str, close: &str| format!("print {}1{}", open.repeat(5_000), close.repeat(5_000));
    let texts = [
        nested("(", ")"),
        nested("[", "]"),
        nested("f(", ")"),
        nested("dynamic(", ")"),
        nested("toscalar(", ")"),
        nested("(T | join (", ") on a)"),
        nested("1 + ", ""),
        nested("a.", ""),
        nested("", "[0]"),
        format!("T | facet by a {} with take 1", "with facet by a ".repeat(5_000)),
        "(".repeat(5_000),
        "let f = () {".repeat(5_000),
        "macro-expand a as b (".repeat(5_000),
    ];
    for text in texts {
        let found = checked(&text).diagnostics;
        assert!(found.iter().any(|mistake| mistake.code == Code::Syntax), "{}", &text[..40]);
    }
}

#[test]
fn what_is_only_long_is_read() {
    let texts = [
        format!("T | where {}", vec!["a == 1"; 5_000].join(" or ")),
        format!("T | where {}", vec!["a == 1 and b"; 5_000].join(" or ")),
        format!("T | where a in ({})", vec!["1"; 5_000].join(", ")),
        format!("T{}", " | where a == 1".repeat(5_000)),
        format!("{}T", "let a = 1; ".repeat(5_000)),
        format!("datatable (a: long) [{}]", "1, ".repeat(5_000)),
        format!("print {}", vec!["\"a\""; 5_000].join(" ")),
        format!("print {}1", "1 + ".repeat(400)),
    ];
    for text in texts {
        assert_eq!(checked(&text).diagnostics, [], "{}", &text[..40]);
    }
}

/// Reading recurses for each bracket. Unoptimized code takes more stack than a test's thread has.
#[test]
fn a_hundred_brackets_are_read() {
    let nested = |open: &str, close: &str, times: usize| {
        format!("print {}1{}", open.repeat(times), close.repeat(times))
    };
    let texts = [
        nested("(", ")", 100),
        nested("f(", ")", 100),
        nested("toscalar(T | where ", ")", 100),
        nested("a[", "]", 100),
        nested("dynamic([", "])", 50),
        nested("a in (T | join (", ") on b)", 50),
        format!("{}T{}", "T | mv-apply a on (where b | fork (as ".repeat(50), "))".repeat(50)),
    ];
    let read = move || {
        for text in texts {
            assert_eq!(checked(&text).diagnostics, [], "{}", &text[..40]);
        }
    };
    std::thread::Builder::new().stack_size(8 << 20).spawn(read).unwrap().join().unwrap();
}
