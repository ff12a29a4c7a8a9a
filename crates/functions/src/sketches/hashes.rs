//! The state of `hll()`: `[["xxh64"],["HASH",...]]`, the hashes of the distinct values in the order in which they came.

use kql_types::dynamic::Json;
use xxhash_rust::xxh64::xxh64;

const MARK: &str = r#"["xxh64"]"#;

/// The hash of a value, given as JSON.
pub(crate) fn hash(value: &str) -> u64 {
    xxh64(value.as_bytes(), 0)
}

/// Appends a state.
pub(crate) fn write(out: &mut String, hashes: impl IntoIterator<Item = u64>) {
    out.push('[');
    out.push_str(MARK);
    out.push_str(",[");
    for (position, hash) in hashes.into_iter().enumerate() {
        let comma = if position > 0 { "," } else { "" };
        out.push_str(&format!("{comma}\"{hash:x}\""));
    }
    out.push_str("]]");
}

/// The hashes of a state; `None` if the value is none.
pub(crate) fn read(state: &str) -> Option<Vec<u64>> {
    let state = Json::new(state);
    let is_ours = state.index(0).is_some_and(|mark| mark.text() == MARK);
    let hashes = state.index(1).filter(|_| is_ours)?;
    hashes.elements().map(|hash| u64::from_str_radix(&hash.as_str()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut state = String::new();
        write(&mut state, [1, u64::MAX]);
        assert_eq!(state, r#"[["xxh64"],["1","ffffffffffffffff"]]"#);
        assert_eq!(read(&state), Some(vec![1, u64::MAX]));
        for foreign in [r#"[[1024,14],["3803688792395291579"],[]]"#, "1", r#"[["xxh64"],["no"]]"#] {
            assert_eq!(read(foreign), None, "{foreign}");
        }
    }
}
