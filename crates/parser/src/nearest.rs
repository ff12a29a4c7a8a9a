//! What was probably meant by a misspelled word.

/// The candidate that the word is most likely a misspelling of, if one is near enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let is_as_long = |known: &&str| known.len().abs_diff(lower.len()) <= allowed_distance(known);
    let measured = candidates
        .into_iter()
        .filter(is_as_long)
        .map(|known| (edit_distance(&lower, &known.to_lowercase()), known));
    let (distance, nearest) = measured.min_by_key(|(distance, _)| *distance)?;
    (distance <= allowed_distance(nearest)).then_some(nearest)
}

/// How far a misspelling may be from the word.
fn allowed_distance(known: &str) -> usize {
    1 + known.len() / 4
}

/// How many characters have to be added, left out, replaced or swapped with their neighbour.
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(from != to);
            let mut least = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *from == b[j - 1] && a[i - 1] == *to {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
