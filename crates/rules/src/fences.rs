//! Queries in Markdown: each ```` ```kql ```` fence (also `kusto`) is one, called by the heading above it.

/// A fence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The nearest heading above, behind the title of the document where that is another one; `Title: Heading`. Several
    /// below the same heading are numbered. `None` without a heading.
    pub name: Option<String>,
    /// Where the query begins, in bytes of the file.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// The fences of a text. One that is not closed reaches to the end.
pub fn find(text: &str) -> Vec<Fence> {
    let mut fences = Vec::new();
    let mut place = Place::default();
    let mut open: Option<Open> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let next = at + line.len();
        let trimmed = line.trim();
        match &open {
            Some(fence) if closes(trimmed, fence.ticks) => {
                fences.extend(fence.finish(&mut place, at));
                open = None;
            }
            Some(_) => {}
            None if trimmed.starts_with("```") => open = Some(Open::read(trimmed, next)),
            None => place.pass(line),
        }
        at = next;
    }
    fences.extend(open.and_then(|fence| fence.finish(&mut place, text.len())));
    fences
}

/// The headings that a line stands below.
#[derive(Default)]
struct Place {
    title: Option<String>,
    nearest: Option<String>,
    /// How many fences stand below the nearest heading.
    fences: usize,
}

impl Place {
    fn pass(&mut self, line: &str) {
        let rest = line.trim_start_matches('#');
        let level = line.len() - rest.len();
        let Some(text) = rest.strip_prefix(' ').map(|text| text.trim().trim_end_matches('#').trim()) else {
            return;
        };
        if !(1..=6).contains(&level) || text.is_empty() {
            return;
        }
        if level == 1 {
            self.title = Some(text.to_owned());
        }
        self.nearest = Some(text.to_owned());
        self.fences = 0;
    }

    /// What the next fence is called.
    fn name(&mut self) -> Option<String> {
        self.fences += 1;
        let nearest = self.nearest.as_ref()?;
        let name = match &self.title {
            Some(title) if title != nearest => format!("{title}: {nearest}"),
            _ => nearest.clone(),
        };
        Some(if self.fences == 1 { name } else { format!("{name} ({})", self.fences) })
    }
}

/// A fence whose end is not reached.
struct Open {
    ticks: usize,
    is_query: bool,
    start: usize,
}

impl Open {
    fn read(line: &str, start: usize) -> Self {
        let language = line.trim_start_matches('`');
        let word = language.split([' ', ',', '{']).find(|word| !word.is_empty()).unwrap_or("");
        let is_query = ["kql", "kusto", "kustoql"].iter().any(|name| word.eq_ignore_ascii_case(name));
        Self { ticks: line.len() - language.len(), is_query, start }
    }

    fn finish(&self, place: &mut Place, end: usize) -> Option<Fence> {
        self.is_query.then(|| Fence { name: place.name(), start: self.start, end })
    }
}

fn closes(line: &str, ticks: usize) -> bool {
    line.len() >= ticks && line.bytes().all(|byte| byte == b'`')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_called_by_the_heading_above() {
        let text = "# All\n```KQL\nA\n```\n## Second one ##\ntext\n````kusto title\nB\n```\n````\n```json\n# not\n```\n\
                    ```kql\nC";
        let fences = find(text);
        let found: Vec<_> = fences
            .iter()
            .map(|fence| (fence.name.as_deref().unwrap(), &text[fence.start..fence.end]))
            .collect();
        assert_eq!(found, [("All", "A\n"), ("All: Second one", "B\n```\n"), ("All: Second one (2)", "C")]);
        assert_eq!(find("```kql\nT\n```")[0].name, None);
        assert_eq!(find("#no heading\n```\nT\n```"), []);
    }
}
