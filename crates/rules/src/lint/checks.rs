//! The list of checks: what each is called, what it finds, and why that matters.

use super::{
    Check, Level, Run, always_rows, arbitrary_rows, contains, duplicate_id, join_kind, legacy, letter_case,
    lookback, missing_column, never_seen, never_true, no_term, tactics, template, unused_let,
};

/// The check with that code or name.
pub fn check(code: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.code.eq_ignore_ascii_case(code) || check.name.eq_ignore_ascii_case(code))
}

/// All checks, by code.
pub static CHECKS: &[Check] = &[
    Check {
        code: "KQL001",
        name: "syntax",
        level: Level::Error,
        summary: "The text is no KQL.",
        why: "The parser expected something else at this place.",
        example: "SigninLogs | where\n| count",
        better: "SigninLogs | where ResultType == 0\n| count",
        run: Run::Elsewhere,
    },
    Check {
        code: "KQL002",
        name: "unknown-name",
        level: Level::Error,
        summary: "No table, column, variable or function has this name.",
        why: "Tables and columns are those of the data, of --schema, and of the known schemas. The nearest name is proposed.",
        example: "SigninLogs | where UserPrincipleName == 'ann'",
        better: "SigninLogs | where UserPrincipalName == 'ann'",
        run: Run::Elsewhere,
    },
    Check {
        code: "KQL003",
        name: "misfit",
        level: Level::Error,
        summary: "The parts are known and do not fit: a wrong type, a wrong number of arguments, a column that is there twice.",
        why: "The service refuses such a query too.",
        example: "SigninLogs | extend x = strlen()",
        better: "SigninLogs | extend x = strlen(UserPrincipalName)",
        run: Run::Elsewhere,
    },
    Check {
        code: "KQL004",
        name: "not-supported",
        level: Level::Error,
        summary: "KQL has it, and this program does not run it.",
        why: "The query may be right; here it gives no answer rather than a wrong one.",
        example: "SigninLogs | reduce by UserPrincipalName",
        better: "SigninLogs | summarize count() by UserPrincipalName",
        run: Run::Elsewhere,
    },
    Check {
        code: "KQL005",
        name: "note",
        level: Level::Warning,
        summary: "It is accepted and has no effect here, or could not be checked to its end.",
        why: "The columns that bag_unpack and pivot give depend on the data, so that names behind them are not checked.",
        example: "set notruncation;\nSigninLogs",
        better: "SigninLogs",
        run: Run::Elsewhere,
    },
    Check {
        code: "KQL101",
        name: "missing-column",
        level: Level::Warning,
        summary: "An entity mapping, a custom detail or an alert detail names a column that the query does not return.",
        why: "Sentinel raises the alert without that entity or detail, and nobody sees that it is missing. Name a column \
              of the last operator of the query; letter case counts.",
        example: "entityMappings:\n  - entityType: Account\n    fieldMappings:\n      - identifier: FullName\n        \
                  columnName: AccountCustomEntity\nquery: SigninLogs | project UserPrincipalName",
        better: "entityMappings:\n  - entityType: Account\n    fieldMappings:\n      - identifier: FullName\n        \
                 columnName: UserPrincipalName\nquery: SigninLogs | project UserPrincipalName",
        run: Run::Query(missing_column::run),
    },
    Check {
        code: "KQL102",
        name: "unused-let",
        level: Level::Warning,
        summary: "A `let` statement declares a name that nothing reads.",
        why: "Often a threshold or a list of exceptions that was meant to be used.",
        example: "let threshold = 100;\nSigninLogs | summarize n = count() by IPAddress | where n > 10",
        better: "let threshold = 100;\nSigninLogs | summarize n = count() by IPAddress | where n > threshold",
        run: Run::Query(unused_let::run),
    },
    Check {
        code: "KQL103",
        name: "never-true",
        level: Level::Warning,
        summary: "A condition that no value meets.",
        why: "The rule never finds anything. Conditions of one `where`, or of several in a row, must all hold; of two \
              values that exclude each other write `or` or `in`. The smaller bound of `between` comes first: ago(7d) is \
              before ago(1d).",
        example: "SigninLogs | where ResultType == '50126' and ResultType == '50057'",
        better: "SigninLogs | where ResultType in ('50126', '50057')",
        run: Run::Query(never_true::run),
    },
    Check {
        code: "KQL104",
        name: "letter-case",
        level: Level::Warning,
        summary: "A text in lower or upper case is compared by case with a literal that has letters of the other case.",
        why: "`==`, `in` and the `_cs` operators tell case apart, so such a comparison never holds, and its negation \
              always does.",
        example: "SigninLogs | where tolower(AppDisplayName) == 'Azure Portal'",
        better: "SigninLogs | where AppDisplayName =~ 'Azure Portal'",
        run: Run::Query(letter_case::run),
    },
    Check {
        code: "KQL105",
        name: "no-term",
        level: Level::Info,
        summary: "`has`, or a relative of it, with a text in which there is no letter and no digit.",
        why: "These operators look for terms: runs of letters and digits. Without one they search as `contains` does, and \
              `has \"\"` is true of everything.",
        example: "SigninLogs | where UserPrincipalName has '@'",
        better: "SigninLogs | where UserPrincipalName contains '@'",
        run: Run::Query(no_term::run),
    },
    Check {
        code: "KQL106",
        name: "join-kind",
        level: Level::Warning,
        summary: "`join` without a kind, where the left side may have several rows with one key.",
        why: "The kind is then innerunique: of left rows with one key one is kept, whichever comes first. Rows that should \
              be found are missing, and which ones may change from run to run.",
        example: "SigninLogs | join (AuditLogs) on CorrelationId",
        better: "SigninLogs | join kind=inner (AuditLogs) on CorrelationId",
        run: Run::Query(join_kind::run),
    },
    Check {
        code: "KQL107",
        name: "contains-for-has",
        level: Level::Info,
        summary: "`contains` with a text that has separators at both ends, where `has` gives the same.",
        why: "In the service `has` uses the index of terms, and `contains` reads every text.",
        example: "DeviceProcessEvents | where FolderPath contains @'\\Temp\\'",
        better: "DeviceProcessEvents | where FolderPath has @'\\Temp\\'",
        run: Run::Query(contains::run),
    },
    Check {
        code: "KQL108",
        name: "no-time-filter",
        level: Level::Info,
        summary: "A query without a queryPeriod that does not look at time.",
        why: "It reads all the data there is. In the portal the time picker bounds it; elsewhere nothing does.",
        example: "SigninLogs | where ResultType == '50126'",
        better: "SigninLogs | where TimeGenerated > ago(1d) | where ResultType == '50126'",
        run: Run::Query(lookback::missing),
    },
    Check {
        code: "KQL109",
        name: "outside-period",
        level: Level::Warning,
        summary: "A filter that asks for rows from before queryPeriod begins.",
        why: "Sentinel gives a scheduled rule only what lies within queryPeriod, so this part of the query finds nothing. \
              Make queryPeriod as long as the query looks back, at most 14 days.",
        example: "queryPeriod: 1d\nquery: SigninLogs | where TimeGenerated between (ago(14d) .. ago(1d))",
        better: "queryPeriod: 14d\nquery: SigninLogs | where TimeGenerated between (ago(14d) .. ago(1d))",
        run: Run::Query(lookback::outside),
    },
    Check {
        code: "KQL110",
        name: "beyond-period",
        level: Level::Warning,
        summary: "A filter that looks back further than queryPeriod.",
        why: "Sentinel gives a scheduled rule only what lies within queryPeriod, so a baseline is shorter than it seems.",
        example: "queryPeriod: 1d\nquery: SigninLogs | where TimeGenerated > ago(14d) | summarize count() by IPAddress",
        better: "queryPeriod: 14d\nquery: SigninLogs | where TimeGenerated > ago(14d) | summarize count() by IPAddress",
        run: Run::Query(lookback::beyond),
    },
    Check {
        code: "KQL111",
        name: "always-rows",
        level: Level::Warning,
        summary: "A scheduled rule that alerts on any row, and whose query always gives one.",
        why: "`count`, and `summarize` without `by`, give a row also where there is nothing to count.",
        example: "triggerOperator: gt\ntriggerThreshold: 0\nquery: SigninLogs | where ResultType == '50126' | count",
        better: "triggerOperator: gt\ntriggerThreshold: 0\nquery: SigninLogs | where ResultType == '50126' | count | where Count > 10",
        run: Run::Query(always_rows::run),
    },
    Check {
        code: "KQL112",
        name: "arbitrary-rows",
        level: Level::Warning,
        summary: "`take` of rows in no order, and what comes next depends on which rows they are.",
        why: "The service gives any rows, and other ones at the next run. Put them in order first, with `top`.",
        example: "SigninLogs | take 100 | summarize count() by IPAddress",
        better: "SigninLogs | top 100 by TimeGenerated | summarize count() by IPAddress",
        run: Run::Query(arbitrary_rows::run),
    },
    Check {
        code: "KQL113",
        name: "duplicate-id",
        level: Level::Warning,
        summary: "Two rules of the pack have one id.",
        why: "The service keeps the one that is deployed last.",
        example: "id: 53b6d42e-ff74-46a8-abee-ec72181f66ba   # in two files",
        better: "id: 2f0d3c1b-7c52-4c3e-9c67-0a6b7d1f5e11",
        run: Run::Pack(duplicate_id::run),
    },
    Check {
        code: "KQL114",
        name: "unknown-tactic",
        level: Level::Warning,
        summary: "A tactic that MITRE ATT&CK does not have.",
        why: "The service refuses the rule. Known are the tactics of the matrices for enterprise and for industrial \
              control systems, version 18.1 of 2025-11-13.",
        example: "tactics: [Persistance]",
        better: "tactics: [Persistence]",
        run: Run::Metadata(tactics::tactics),
    },
    Check {
        code: "KQL115",
        name: "unknown-technique",
        level: Level::Warning,
        summary: "A technique that MITRE ATT&CK does not have, or no longer has.",
        why: "It is missing from coverage by technique. Known are the techniques of all matrices, version 18.1 of \
              2025-11-13; of one that was replaced the successor is named.",
        example: "relevantTechniques: [T1086]",
        better: "relevantTechniques: [T1059.001]",
        run: Run::Metadata(tactics::techniques),
    },
    Check {
        code: "KQL116",
        name: "template",
        level: Level::Warning,
        summary: "Metadata that Sentinel's form of a rule does not allow.",
        why: "A field that a scheduled rule needs is missing, a value is none of those that the field may have, or a limit \
              of the service is passed.",
        example: "kind: Scheduled\nseverity: Urgent",
        better: "kind: Scheduled\nseverity: High",
        run: Run::Metadata(template::run),
    },
    Check {
        code: "KQL117",
        name: "legacy-spelling",
        level: Level::Info,
        summary: "A legacy spelling that has a current one of exactly the same meaning.",
        why: "`kql check --fix` writes the current one. Where the legacy form keeps 128 elements the limit is written out, \
              so that the result stays the same.",
        example: "SigninLogs | summarize makeset(IPAddress) by UserPrincipalName",
        better: "SigninLogs | summarize make_set(IPAddress, 128) by UserPrincipalName",
        run: Run::Query(legacy::run),
    },
    Check {
        code: "KQL118",
        name: "never-seen",
        level: Level::Info,
        summary: "A filter asks for a text that the column has in no record of the data.",
        why: "Often a code or a spelling that the product never writes, and then the rule never finds anything; it may also \
              be that what the rule looks for has not happened. Found only with data, in columns all of whose values were \
              seen and are few: at most 200 different ones, each ten times on average. Tables of more than 1 GiB are \
              not read for it.",
        example: "SigninLogs | where ResultType == '5012'",
        better: "SigninLogs | where ResultType == '50126'",
        run: Run::Query(never_seen::run),
    },
];
