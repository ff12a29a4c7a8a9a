//! The words of the language, and where each may serve as a name.
//!
//! Which words need brackets (`['kind']`) was taken from the official parser's answers, word by word.

use std::sync::LazyLock;

/// Where a keyword may stand for a name without brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameUse {
    /// Wherever a name may stand: `count`, `order`, `step`.
    Anywhere,
    /// Only where a name is given, `extend where = 1`, not where one is read.
    Declared,
    /// Only where a name is read: `where kind == 1`.
    Referred,
    /// Nowhere: `and`, `long`, `project`.
    Nowhere,
}

/// The keywords, sorted by name. Some hold signs or a space: `mv-expand`, `!in~`, `matches regex`.
pub fn keywords() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|&(word, _)| word)
}

/// How the word may be used as a name; `None` if it is no keyword.
pub fn name_use(word: &str) -> Option<NameUse> {
    // This is asked of every word of a text at every key: the first letter and the length tell most words from all others.
    let (start, end) = *BY_FIRST_BYTE.get(usize::from(*word.as_bytes().first()?))?;
    let begin_so = &ALL[usize::from(start)..usize::from(end)];
    let found = begin_so.iter().find(|(keyword, _)| keyword.len() == word.len() && *keyword == word)?;
    Some(found.1)
}

/// For each first byte where the keywords that begin with it start and end in the list.
static BY_FIRST_BYTE: LazyLock<[(u16, u16); 128]> = LazyLock::new(|| {
    std::array::from_fn(|byte| {
        let place = |past: usize| ALL.partition_point(|(word, _)| usize::from(word.as_bytes()[0]) < past);
        (place(byte) as u16, place(byte + 1) as u16)
    })
});

/// The longest keyword with signs in it (`mv-expand`, `!in~`, `matches regex`) that the text begins with.
pub(super) fn compound_prefix(text: &str) -> Option<&'static str> {
    // Most words begin none of them: their first byte alone tells it, and this is asked at every word.
    let first = *text.as_bytes().first()?;
    let begin_so = COMPOUND.iter().copied().filter(|word| word.as_bytes()[0] == first);
    begin_so.filter(|word| text.starts_with(word)).max_by_key(|word| word.len())
}

/// The keywords that are more than one word or carry a sign.
const COMPOUND: &[&str] = &[
    "!between",
    "!contains",
    "!contains_cs",
    "!endswith",
    "!endswith_cs",
    "!has",
    "!has_cs",
    "!hasprefix",
    "!hasprefix_cs",
    "!hassuffix",
    "!hassuffix_cs",
    "!in",
    "!in~",
    "!startswith",
    "!startswith_cs",
    "assert-schema",
    "commands-and-queries",
    "granny-asc",
    "granny-desc",
    "graph-mark-components",
    "graph-match",
    "graph-shortest-paths",
    "graph-to-table",
    "graph-where-edges",
    "graph-where-nodes",
    "hint.concurrency",
    "hint.distribution",
    "hint.materialized",
    "hint.num_partitions",
    "hint.progressive_top",
    "hint.remote",
    "hint.shufflekey",
    "hint.spread",
    "hint.strategy",
    "in~",
    "macro-expand",
    "make-graph",
    "make-series",
    "matches regex",
    "materialized-view-combine",
    "materialized-views",
    "mv-apply",
    "mv-expand",
    "parse-kv",
    "parse-where",
    "partitioned-by",
    "project-away",
    "project-by-names",
    "project-keep",
    "project-rename",
    "project-reorder",
    "project-smart",
    "sample-distinct",
    "set-or-append",
    "set-or-replace",
    "top-hitters",
    "top-nested",
];

use NameUse::{Anywhere, Declared, Nowhere, Referred};

/// Sorted by byte order, for the binary search.
#[rustfmt::skip]
const ALL: &[(&str, NameUse)] = &[
    ("!between", Nowhere), ("!contains", Nowhere), ("!contains_cs", Nowhere), ("!endswith", Nowhere),
    ("!endswith_cs", Nowhere), ("!has", Nowhere), ("!has_cs", Nowhere), ("!hasprefix", Nowhere),
    ("!hasprefix_cs", Nowhere), ("!hassuffix", Nowhere), ("!hassuffix_cs", Nowhere), ("!in", Nowhere),
    ("!in~", Nowhere), ("!startswith", Nowhere), ("!startswith_cs", Nowhere), ("3Dchart", Nowhere),
    ("__contextual_datatable", Nowhere), ("__crossCluster", Nowhere), ("__crossDB", Nowhere),
    ("__executeAndCache", Nowhere), ("__id", Nowhere), ("__isFuzzy", Nowhere), ("__noWithSource", Nowhere),
    ("__packedColumn", Nowhere), ("__partitionby", Anywhere), ("__projectAway", Nowhere),
    ("__sourceColumnIndex", Nowhere), ("access", Anywhere), ("accumulate", Declared), ("alias", Anywhere),
    ("and", Nowhere), ("anomalychart", Nowhere), ("areachart", Nowhere), ("as", Declared),
    ("asc", Nowhere), ("assert-schema", Nowhere), ("bagexpansion", Nowhere), ("barchart", Nowhere),
    ("best_effort", Anywhere), ("between", Nowhere), ("bin", Anywhere), ("bin_legacy", Nowhere),
    ("bool", Anywhere), ("boolean", Nowhere), ("by", Declared), ("byte", Nowhere),
    ("cachingpolicy", Nowhere), ("callout", Nowhere), ("cancel", Nowhere), ("card", Nowhere),
    ("char", Nowhere), ("columnchart", Nowhere), ("commands-and-queries", Nowhere), ("consume", Anywhere),
    ("contains", Declared), ("contains_cs", Nowhere), ("containscs", Nowhere), ("count", Anywhere),
    ("cycles", Nowhere), ("database", Anywhere), ("dataexport", Nowhere), ("dataformat", Anywhere),
    ("datascope", Nowhere), ("datatable", Declared), ("date", Nowhere), ("datetime", Nowhere),
    ("datetime_pattern", Anywhere), ("decimal", Nowhere), ("declare", Anywhere), ("decodeblocks", Nowhere),
    ("default", Anywhere), ("desc", Nowhere), ("distinct", Anywhere), ("double", Nowhere),
    ("dynamic", Nowhere), ("earliest", Declared), ("edges", Anywhere), ("encodingpolicy", Nowhere),
    ("endswith", Nowhere), ("endswith_cs", Nowhere), ("entity_group", Anywhere), ("evaluate", Anywhere),
    ("expandoutput", Nowhere), ("extend", Anywhere), ("extent_tags_retention", Nowhere),
    ("external_data", Nowhere), ("externaldata", Declared), ("facet", Anywhere), ("filter", Anywhere),
    ("find", Declared), ("first", Nowhere), ("flags", Nowhere), ("float", Nowhere),
    ("force_remote", Nowhere), ("fork", Anywhere), ("from", Anywhere), ("getschema", Anywhere),
    ("granny-asc", Nowhere), ("granny-desc", Nowhere), ("graph", Anywhere),
    ("graph-mark-components", Nowhere), ("graph-match", Nowhere), ("graph-shortest-paths", Nowhere),
    ("graph-to-table", Nowhere), ("graph-where-edges", Nowhere), ("graph-where-nodes", Nowhere),
    ("guid", Anywhere), ("harddelete", Nowhere), ("hardretention", Nowhere), ("has", Declared),
    ("has_all", Nowhere), ("has_any", Nowhere), ("has_cs", Nowhere), ("hasprefix", Nowhere),
    ("hasprefix_cs", Nowhere), ("hassuffix", Nowhere), ("hassuffix_cs", Nowhere),
    ("hint.concurrency", Nowhere), ("hint.distribution", Nowhere), ("hint.materialized", Nowhere),
    ("hint.num_partitions", Nowhere), ("hint.progressive_top", Nowhere), ("hint.remote", Nowhere),
    ("hint.shufflekey", Nowhere), ("hint.spread", Nowhere), ("hint.strategy", Nowhere),
    ("hotcache", Nowhere),
    ("id", Anywhere), ("in", Declared), ("inline_external_table", Anywhere), ("int", Nowhere),
    ("int16", Nowhere), ("int32", Nowhere), ("int64", Nowhere), ("int8", Nowhere), ("invoke", Declared),
    ("in~", Nowhere), ("isfuzzy", Nowhere), ("join", Anywhere), ("journal", Nowhere), ("kind", Referred),
    ("ladderchart", Nowhere), ("last", Nowhere), ("latest", Declared), ("let", Anywhere),
    ("like", Nowhere), ("likecs", Nowhere), ("limit", Anywhere), ("linechart", Nowhere), ("long", Nowhere),
    ("lookup", Anywhere), ("macro-expand", Nowhere), ("make-graph", Nowhere), ("make-series", Nowhere),
    ("matches regex", Nowhere), ("materialize", Declared), ("materialized-view-combine", Nowhere),
    ("materialized-views", Nowhere), ("mdm", Declared), ("missing", Nowhere), ("mv-apply", Nowhere),
    ("mv-expand", Nowhere), ("mvapply", Anywhere), ("mvexpand", Anywhere), ("nodes", Anywhere),
    ("nooptimization", Nowhere), ("notcontains", Nowhere), ("notcontainscs", Nowhere),
    ("notlike", Nowhere), ("notlikecs", Nowhere), ("null", Anywhere), ("nulls", Anywhere),
    ("of", Declared), ("on", Anywhere), ("optional", Anywhere), ("or", Nowhere), ("order", Anywhere),
    ("others", Nowhere), ("output", Anywhere), ("pack", Anywhere), ("parse", Anywhere),
    ("parse-kv", Nowhere), ("parse-where", Nowhere), ("partition", Anywhere), ("partitioned-by", Nowhere),
    ("pathformat", Nowhere), ("pattern", Anywhere), ("piechart", Nowhere), ("pivotchart", Nowhere),
    ("plotly", Anywhere), ("print", Declared), ("project", Nowhere), ("project-away", Nowhere),
    ("project-by-names", Nowhere), ("project-keep", Nowhere), ("project-rename", Nowhere),
    ("project-reorder", Nowhere), ("project-smart", Nowhere), ("queries", Nowhere),
    ("query_parameters", Anywhere), ("query_results", Nowhere), ("range", Anywhere), ("real", Nowhere),
    ("reduce", Anywhere), ("regex", Anywhere), ("relaxed", Nowhere), ("render", Anywhere),
    ("restrict", Anywhere), ("restricted_view_access", Nowhere), ("row_level_security", Nowhere),
    ("rowstore", Nowhere), ("rowstore_references", Nowhere), ("rowstore_sealinfo", Nowhere),
    ("rowstorepolicy", Nowhere), ("rowstores", Nowhere), ("sample", Declared),
    ("sample-distinct", Declared), ("scan", Anywhere), ("scatterchart", Nowhere), ("seal", Nowhere),
    ("seals", Nowhere), ("search", Declared), ("serialize", Anywhere), ("set", Declared),
    ("set-or-append", Nowhere), ("set-or-replace", Nowhere), ("shards", Nowhere), ("simple", Nowhere),
    ("softdelete", Nowhere), ("softretention", Nowhere), ("sort", Anywhere), ("sql", Declared),
    ("stackedareachart", Nowhere), ("startswith", Nowhere), ("startswith_cs", Nowhere),
    ("statistics", Nowhere), ("step", Anywhere), ("storedqueryresultcontainers", Nowhere),
    ("string", Nowhere), ("summarize", Anywhere), ("tablepurge", Nowhere), ("take", Anywhere),
    ("time", Nowhere), ("timechart", Nowhere), ("timeline", Nowhere), ("timepivot", Nowhere),
    ("timespan", Nowhere), ("title", Declared), ("to", Declared), ("top", Anywhere),
    ("top-hitters", Declared), ("top-nested", Declared), ("toscalar", Declared), ("totable", Declared),
    ("treemap", Nowhere), ("typeof", Anywhere), ("uint", Nowhere), ("uint16", Nowhere),
    ("uint32", Nowhere), ("uint64", Nowhere), ("uint8", Nowhere), ("ulong", Nowhere), ("union", Nowhere),
    ("uniqueid", Nowhere), ("unrestrictedviewers", Nowhere), ("uuid", Anywhere), ("verbose", Declared),
    ("view", Anywhere), ("viewers", Declared), ("views", Nowhere), ("where", Declared), ("with", Anywhere),
    ("with_itemindex", Nowhere), ("with_match_id", Nowhere), ("with_node_id", Anywhere),
    ("with_source", Referred), ("with_step_name", Nowhere), ("withsource", Referred),
    ("writeaheadlog", Nowhere),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(ALL.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn every_compound_word_is_a_keyword() {
        assert!(COMPOUND.iter().all(|word| name_use(word).is_some()));
    }

    #[test]
    fn the_longest_compound_word_wins() {
        assert_eq!(compound_prefix("!in~ (1)"), Some("!in~"));
        assert_eq!(compound_prefix("project-away x"), Some("project-away"));
        assert_eq!(compound_prefix("project x"), None);
    }
}
