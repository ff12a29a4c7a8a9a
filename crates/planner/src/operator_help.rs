//! What is said of the tabular operators: for completion and for help. How they are read is the parser's business, and
//! how they are bound the binder's.

use kql_functions::Example;

/// What is said of an operator.
#[derive(Debug)]
pub struct OperatorHelp {
    /// The usual word first, then others for the same.
    pub names: &'static [&'static str],
    /// How it is written, without the pipe.
    pub syntax: &'static str,
    /// What it does, in one line.
    pub doc: &'static str,
    /// Where it stands.
    pub place: OperatorPlace,
    /// `kind=` and its like, which stand behind the word.
    pub parameters: &'static [ParameterHelp],
    /// The words of its clauses, in the order in which they come.
    pub words: &'static [&'static str],
    /// Queries that show it; they are run as tests.
    pub examples: &'static [Example],
}

/// Where an operator stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatorPlace {
    /// Behind a pipe.
    Piped,
    /// At the beginning of a query.
    First,
    /// Either.
    Both,
}

/// What is said of an operator's parameter.
#[derive(Debug)]
pub struct ParameterHelp {
    /// Its name.
    pub name: &'static str,
    /// Its values with what they mean; none where they are not words.
    pub values: &'static [(&'static str, &'static str)],
    /// What it does, in one line.
    pub doc: &'static str,
}

impl OperatorHelp {
    /// The operator that is written with that word.
    pub fn find(word: &str) -> Option<&'static OperatorHelp> {
        OPERATOR_HELP.iter().find(|operator| operator.names.contains(&word))
    }
}

/// The kinds of `join`.
pub const JOIN_KINDS: &[(&str, &str)] = &[
    ("inner", "every pair of matching rows"),
    ("leftouter", "all rows of the left side, with the right's where they match"),
    ("leftanti", "rows of the left side without a match"),
    ("leftsemi", "rows of the left side with a match"),
    ("rightanti", "rows of the right side without a match"),
    ("rightsemi", "rows of the right side with a match"),
    ("innerunique", "as inner, with each key of the left side once; the default"),
    ("rightouter", "all rows of the right side"),
    ("fullouter", "all rows of both sides"),
];

/// The charts of `render`.
pub const CHARTS: &[(&str, &str)] = &[
    ("timechart", "lines over time"),
    ("columnchart", "upright bars"),
    ("barchart", "bars from left to right"),
    ("piechart", "shares of a whole"),
    ("linechart", "lines"),
    ("areachart", "lines with the area below filled"),
    ("scatterchart", "points"),
    ("anomalychart", "lines over time with anomalies marked"),
    ("stackedareachart", "areas on top of each other"),
    ("card", "the first row, large"),
    ("table", "a table"),
];

const STRATEGY: ParameterHelp = ParameterHelp {
    name: "hint.strategy",
    values: &[("shuffle", "accepted, without effect here"), ("broadcast", "accepted, without effect here")],
    doc: "How a cluster shares the work; without effect here",
};
const WITH_SOURCE: ParameterHelp =
    ParameterHelp { name: "withsource", values: &[], doc: "A column with the name of each row's table" };
const WITH_ITEM_INDEX: ParameterHelp =
    ParameterHelp { name: "with_itemindex", values: &[], doc: "A column with each element's position" };
const PARSE_KIND: ParameterHelp = ParameterHelp {
    name: "kind",
    values: &[
        ("simple", "texts as they are; the default"),
        ("relaxed", "a value that does not convert is null"),
        ("regex", "texts are regular expressions"),
    ],
    doc: "How the pattern is matched",
};
const PARSE_FLAGS: ParameterHelp = ParameterHelp {
    name: "flags",
    values: &[
        ("U", "shortest matches"),
        ("i", "letter case does not matter"),
        ("m", "^ and $ match at every line"),
        ("s", ". matches line breaks too"),
    ],
    doc: "Flags of kind=regex",
};
const SEARCH_KIND: ParameterHelp = ParameterHelp {
    name: "kind",
    values: &[
        ("case_insensitive", "letter case does not matter; the default"),
        ("case_sensitive", "letter case matters"),
    ],
    doc: "Whether letter case matters",
};

/// All of them, those that rules about logs use most first.
#[rustfmt::skip]
pub const OPERATOR_HELP: &[OperatorHelp] = &[
    OperatorHelp {
        names: &["where", "filter"],
        syntax: "where PREDICATE",
        doc: "Keeps the rows for which the predicate is true.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example { query: "range x from 1 to 9 step 1 | where x > 8", result: "9" }],
    },
    OperatorHelp {
        names: &["extend"],
        syntax: "extend [NAME =] EXPRESSION, ...",
        doc: "Adds columns, or replaces those of the same name.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example { query: "print a = 2 | extend b = a * a | project b", result: "4" }],
    },
    OperatorHelp {
        names: &["summarize"],
        syntax: "summarize [NAME =] AGGREGATE, ... by [NAME =] KEY, ...",
        doc: "Makes one row for each group of rows.",
        place: OperatorPlace::Piped,
        parameters: &[STRATEGY],
        words: &["by"],
        examples: &[Example {
            query: "range x from 1 to 9 step 1 | summarize n = count() by x % 2 | project n",
            result: "5",
        }],
    },
    OperatorHelp {
        names: &["project"],
        syntax: "project [NAME =] EXPRESSION, ...",
        doc: "Keeps these columns, in this order.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example { query: "print a = 1, b = 2 | project b", result: "2" }],
    },
    OperatorHelp {
        names: &["join"],
        syntax: "join kind=KIND (TABLE) on COLUMN, $left.A == $right.B",
        doc: "Matches the rows with those of another table.",
        place: OperatorPlace::Piped,
        parameters: &[ParameterHelp { name: "kind", values: JOIN_KINDS, doc: "Which rows come out" }, STRATEGY],
        words: &["on"],
        examples: &[Example {
            query: "print k = 1, a = 'x' | join kind=inner (print k = 1, b = 'y') on k | project b",
            result: "y",
        }],
    },
    OperatorHelp {
        names: &["sort", "order"],
        syntax: "sort by KEY [asc|desc] [nulls first|nulls last], ...",
        doc: "Puts the rows in order, greatest first unless asc.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &["by", "asc", "desc", "nulls first", "nulls last"],
        examples: &[Example { query: "range x from 1 to 3 step 1 | sort by x", result: "3" }],
    },
    OperatorHelp {
        names: &["distinct"],
        syntax: "distinct COLUMN, ...",
        doc: "Keeps each combination of these columns once.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example { query: "range x from 1 to 9 step 1 | distinct y = x % 3 | count", result: "3" }],
    },
    OperatorHelp {
        names: &["take", "limit"],
        syntax: "take NUMBER",
        doc: "Keeps that many rows, the first ones.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example { query: "range x from 1 to 9 step 1 | take 2 | count", result: "2" }],
    },
    OperatorHelp {
        names: &["count"],
        syntax: "count",
        doc: "Gives the number of rows.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &["as"],
        examples: &[Example { query: "range x from 1 to 9 step 1 | count", result: "9" }],
    },
    OperatorHelp {
        names: &["top"],
        syntax: "top NUMBER by KEY [asc|desc]",
        doc: "Keeps the rows with the greatest keys, sorted.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &["by", "asc", "desc", "nulls first", "nulls last"],
        examples: &[Example { query: "range x from 1 to 9 step 1 | top 2 by x", result: "9" }],
    },
    OperatorHelp {
        names: &["project-away"],
        syntax: "project-away COLUMN, PREFIX*, ...",
        doc: "Leaves these columns out.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example { query: "print a = 1, b = 2 | project-away a", result: "2" }],
    },
    OperatorHelp {
        names: &["project-rename"],
        syntax: "project-rename NEW = OLD, ...",
        doc: "Gives columns other names.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example { query: "print a = 1 | project-rename b = a | project b", result: "1" }],
    },
    OperatorHelp {
        names: &["project-reorder"],
        syntax: "project-reorder COLUMN [asc|desc], ...",
        doc: "Puts these columns first.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &["asc", "desc", "granny-asc", "granny-desc"],
        examples: &[Example { query: "print a = 1, b = 2 | project-reorder b", result: "2" }],
    },
    OperatorHelp {
        names: &["project-keep"],
        syntax: "project-keep COLUMN, PREFIX*, ...",
        doc: "Keeps these columns in the order that they have.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example { query: "print a = 1, b = 2 | project-keep b", result: "2" }],
    },
    OperatorHelp {
        names: &["mv-expand", "mvexpand"],
        syntax: "mv-expand [NAME =] ARRAY [to typeof(TYPE)], ... [limit NUMBER]",
        doc: "Makes one row for each element of an array or bag.",
        place: OperatorPlace::Piped,
        parameters: &[
            ParameterHelp {
                name: "kind",
                values: &[("bag", "members become bags; the default"), ("array", "members become [name, value]")],
                doc: "How bags are expanded",
            },
            ParameterHelp {
                name: "bagexpansion",
                values: &[("bag", "as kind=bag"), ("array", "as kind=array")],
                doc: "The older name of kind",
            },
            WITH_ITEM_INDEX,
        ],
        words: &["to typeof(", "limit"],
        examples: &[Example {
            query: "print a = dynamic([3, 4]) | mv-expand a to typeof(long) | summarize sum(a)",
            result: "7",
        }],
    },
    OperatorHelp {
        names: &["mv-apply", "mvapply"],
        syntax: "mv-apply [NAME =] ARRAY [to typeof(TYPE)], ... on (OPERATORS)",
        doc: "Runs operators over the elements of each row's array.",
        place: OperatorPlace::Piped,
        parameters: &[WITH_ITEM_INDEX],
        words: &["to typeof(", "limit", "on ("],
        examples: &[Example {
            query: "print a = dynamic([3, 4]) | mv-apply x = a to typeof(long) on (top 1 by x) | project x",
            result: "4",
        }],
    },
    OperatorHelp {
        names: &["union"],
        syntax: "union [kind=outer|inner] [withsource=NAME] [isfuzzy=true] TABLE, ...",
        doc: "Puts the rows of several tables together.",
        place: OperatorPlace::Both,
        parameters: &[
            ParameterHelp {
                name: "kind",
                values: &[("outer", "the columns of all; the default"), ("inner", "the columns that all have")],
                doc: "Which columns come out",
            },
            WITH_SOURCE,
            ParameterHelp {
                name: "isfuzzy",
                values: &[("true", "leave out what cannot be found"), ("false", "the default")],
                doc: "Whether tables that cannot be found are left out",
            },
        ],
        words: &[],
        examples: &[Example { query: "union (print a = 1), (print a = 2) | summarize sum(a)", result: "3" }],
    },
    OperatorHelp {
        names: &["parse"],
        syntax: "parse [kind=regex [flags=FLAGS]] EXPRESSION with * \"text\" NAME:TYPE * ...",
        doc: "Takes columns out of a text by a pattern.",
        place: OperatorPlace::Piped,
        parameters: &[PARSE_KIND, PARSE_FLAGS],
        words: &["with"],
        examples: &[Example { query: "print t = 'id=7;' | parse t with 'id=' id:long ';' | project id", result: "7" }],
    },
    OperatorHelp {
        names: &["parse-where"],
        syntax: "parse-where [kind=regex [flags=FLAGS]] EXPRESSION with * \"text\" NAME:TYPE * ...",
        doc: "As parse, and keeps only the rows that match.",
        place: OperatorPlace::Piped,
        parameters: &[PARSE_KIND, PARSE_FLAGS],
        words: &["with"],
        examples: &[Example {
            query: "print t = 'id=7;' | parse-where t with 'id=' id:long ';' | project id",
            result: "7",
        }],
    },
    OperatorHelp {
        names: &["parse-kv"],
        syntax: "parse-kv EXPRESSION as (NAME:TYPE, ...) with (pair_delimiter=';', kv_delimiter='=')",
        doc: "Takes columns out of a text of keys and values.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &["as (", "with ("],
        examples: &[Example {
            query: "print t = 'a=1;b=2' | parse-kv t as (b: long) with (pair_delimiter=';', kv_delimiter='=') | project b",
            result: "2",
        }],
    },
    OperatorHelp {
        names: &["evaluate"],
        syntax: "evaluate PLUGIN(ARGUMENTS)",
        doc: "Runs a plugin over the rows.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example {
            query: "print a = dynamic({'x': 7}) | evaluate bag_unpack(a)",
            result: "7",
        }],
    },
    OperatorHelp {
        names: &["invoke"],
        syntax: "invoke FUNCTION(ARGUMENTS)",
        doc: "Calls a function whose first parameter is a table.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example {
            query: "let f = (T: (a: long)) { T | extend b = a + 1 }; print a = 1 | invoke f() | project b",
            result: "2",
        }],
    },
    OperatorHelp {
        names: &["lookup"],
        syntax: "lookup kind=KIND (TABLE) on COLUMN, ...",
        doc: "Adds the columns of another table, by matching keys.",
        place: OperatorPlace::Piped,
        parameters: &[
            ParameterHelp {
                name: "kind",
                values: &[
                    ("leftouter", "all rows of the left side; the default"),
                    ("inner", "rows that match"),
                ],
                doc: "Which rows come out",
            },
        ],
        words: &["on"],
        examples: &[Example {
            query: "print k = 1 | lookup (print k = 1, b = 'y') on k | project b",
            result: "y",
        }],
    },
    OperatorHelp {
        names: &["make-series"],
        syntax: "make-series [NAME =] AGGREGATE [default = VALUE], ... on COLUMN from START to END step STEP by KEY, ...",
        doc: "Makes a series of values at even steps for each group.",
        place: OperatorPlace::Piped,
        parameters: &[ParameterHelp {
            name: "kind",
            values: &[("nonempty", "one empty series where there are no rows")],
            doc: "What comes of no rows",
        }],
        words: &["default", "on", "from", "to", "step", "in range(", "by"],
        examples: &[Example {
            query: "range x from 1 to 4 step 1 | make-series n = count() on x from 1 to 5 step 2 | project n",
            result: "[2,2]",
        }],
    },
    OperatorHelp {
        names: &["render"],
        syntax: "render CHART [with (PROPERTY = VALUE, ...)]",
        doc: "Draws the result.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &["with ("],
        examples: &[Example { query: "print a = 1 | render table", result: "1" }],
    },
    OperatorHelp {
        names: &["search"],
        syntax: "search [kind=case_sensitive] [in (TABLE, ...)] PREDICATE",
        doc: "Finds rows that hold a text in any column.",
        place: OperatorPlace::Both,
        parameters: &[SEARCH_KIND],
        words: &["in ("],
        examples: &[Example { query: "print a = 'two words' | search 'words' | project a", result: "two words" }],
    },
    OperatorHelp {
        names: &["find"],
        syntax: "find [in (TABLE, ...)] where PREDICATE [project COLUMN, ...]",
        doc: "Finds rows in several tables.",
        place: OperatorPlace::First,
        parameters: &[WITH_SOURCE],
        words: &["in (", "where", "project", "project-smart"],
        examples: &[Example {
            query: "let T = print a = 7; find in (T) where a == 7 project a | project a",
            result: "7",
        }],
    },
    OperatorHelp {
        names: &["print"],
        syntax: "print [NAME =] EXPRESSION, ...",
        doc: "Gives one row of these values.",
        place: OperatorPlace::First,
        parameters: &[],
        words: &[],
        examples: &[Example { query: "print 1 + 1", result: "2" }],
    },
    OperatorHelp {
        names: &["range"],
        syntax: "range NAME from START to END step STEP",
        doc: "Gives a row for each value from start to end.",
        place: OperatorPlace::First,
        parameters: &[],
        words: &["from", "to", "step"],
        examples: &[Example { query: "range x from 1 to 9 step 2 | count", result: "5" }],
    },
    OperatorHelp {
        names: &["datatable"],
        syntax: "datatable (NAME: TYPE, ...) [VALUE, ...]",
        doc: "Gives rows that are written down.",
        place: OperatorPlace::First,
        parameters: &[],
        words: &[],
        examples: &[Example { query: "datatable (a: long) [7]", result: "7" }],
    },
    OperatorHelp {
        names: &["externaldata"],
        syntax: "externaldata (NAME: TYPE, ...) [PATH, ...] [with (format = 'csv')]",
        doc: "Reads the rows of a file that the query names.",
        place: OperatorPlace::First,
        parameters: &[],
        words: &["with ("],
        examples: &[],
    },
    OperatorHelp {
        names: &["getschema"],
        syntax: "getschema",
        doc: "Gives a row for each column, with its type.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example { query: "print a = 1 | getschema | project ColumnName", result: "a" }],
    },
    OperatorHelp {
        names: &["as"],
        syntax: "as NAME",
        doc: "Gives the rows so far a name.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example { query: "print a = 1 | as T | union T | count", result: "2" }],
    },
    OperatorHelp {
        names: &["serialize"],
        syntax: "serialize [NAME = EXPRESSION, ...]",
        doc: "Keeps the rows in their order, for functions of neighbours such as prev().",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example {
            query: "range x from 5 to 6 step 1 | serialize n = row_number() | top 1 by x | project n",
            result: "2",
        }],
    },
    OperatorHelp {
        names: &["sample"],
        syntax: "sample NUMBER",
        doc: "Keeps that many rows, taken at random.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example { query: "range x from 1 to 9 step 1 | sample 2 | count", result: "2" }],
    },
    OperatorHelp {
        names: &["sample-distinct"],
        syntax: "sample-distinct NUMBER of COLUMN",
        doc: "Gives that many different values of a column.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &["of"],
        examples: &[Example { query: "range x from 1 to 9 step 1 | sample-distinct 2 of x | count", result: "2" }],
    },
    OperatorHelp {
        names: &["top-hitters"],
        syntax: "top-hitters NUMBER of EXPRESSION [by WEIGHT]",
        doc: "Gives the most frequent values.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &["of", "by"],
        examples: &[Example {
            query: "datatable (a: string) ['x', 'y', 'x'] | top-hitters 1 of a | project a",
            result: "x",
        }],
    },
    OperatorHelp {
        names: &["top-nested"],
        syntax: "top-nested [NUMBER] of EXPRESSION [with others = VALUE] by AGGREGATE, ...",
        doc: "Gives the top values of each level, within those of the level above.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &["of", "with others =", "by"],
        examples: &[Example {
            query: "datatable (a: string) ['x', 'y', 'x'] | top-nested 1 of a by count() | project a",
            result: "x",
        }],
    },
    OperatorHelp {
        names: &["partition"],
        syntax: "partition by COLUMN (OPERATORS)",
        doc: "Runs operators over the rows of each value of a column.",
        place: OperatorPlace::Piped,
        parameters: &[ParameterHelp {
            name: "hint.strategy",
            values: &[("native", "accepted, without effect here"), ("shuffle", "accepted, without effect here")],
            doc: "How the work is shared; without effect here",
        }],
        words: &["by"],
        examples: &[Example {
            query: "range x from 1 to 6 step 1 | extend k = x % 2 | partition by k (top 1 by x) | count",
            result: "2",
        }],
    },
    OperatorHelp {
        names: &["scan"],
        syntax: "scan [order by KEY] [partition by KEY] [declare (NAME: TYPE = VALUE)] with (step NAME: CONDITION => NAME = VALUE;)",
        doc: "Finds sequences of rows by steps.",
        place: OperatorPlace::Piped,
        parameters: &[ParameterHelp {
            name: "with_match_id",
            values: &[],
            doc: "A column with the number of the sequence",
        }],
        words: &["order by", "partition by", "declare (", "with ("],
        examples: &[Example {
            query: "range x from 1 to 3 step 1 | scan declare (sum: long = 0) with (step s: true => sum = x + s.sum;) | top 1 by x | project sum",
            result: "6",
        }],
    },
    OperatorHelp {
        names: &["fork"],
        syntax: "fork [NAME =] (OPERATORS) ...",
        doc: "Gives several results of the same rows.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example { query: "print a = 1 | fork (project a) (count)", result: "1" }],
    },
    OperatorHelp {
        names: &["facet"],
        syntax: "facet by COLUMN, ... [with (OPERATORS)]",
        doc: "Gives a table of counts for each of the columns.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &["by", "with ("],
        examples: &[Example { query: "print a = 'x' | facet by a", result: "x" }],
    },
    OperatorHelp {
        names: &["project-by-names"],
        syntax: "project-by-names NAMES, ...",
        doc: "Keeps the columns whose names are given, also as texts.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[Example { query: "print a = 1, b = 2 | project-by-names 'b'", result: "2" }],
    },
    OperatorHelp {
        names: &["consume"],
        syntax: "consume",
        doc: "Takes the rows and gives none.",
        place: OperatorPlace::Piped,
        parameters: &[],
        words: &[],
        examples: &[],
    },
];
