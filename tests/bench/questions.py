"""The seven questions, as KQL, and what their answers have to agree on.

Rows are compared after `normal`: times cut to microseconds, the finest that every peer has, and absent strings empty,
as in KQL. Besides, two answers may differ in the order of rows, in the order of a set, in which 128 (or 15) members of
a longer set are kept, and in which of several equal groups come tenth; anything else is an error.
"""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Different(Exception):
    """Two answers are not the same."""


def expect(holds, *what):
    if not holds:
        raise Different("; ".join(map(repr, what))[:2000])


def normal(value):
    """The value as all programs give it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, str) and len(value) >= 19 and value[4] == value[7] == "-" and value[10] in "T ":
        moment = value.replace(" ", "T").removesuffix("Z").removesuffix("+00:00")
        return (moment.ljust(19) + ("" if "." in moment else "."))[:26].rstrip("0").rstrip(".")
    return value


def same_set(ours, theirs, limit):
    """Whether ours is theirs, or the part of it that the limit leaves."""
    return len(ours) == len(set(ours)) == min(limit, len(set(theirs))) and set(ours) <= set(theirs)


def falling(numbers):
    return all(first >= second for first, second in zip(numbers, numbers[1:]))


def same_rows(ours, theirs):
    expect(sorted(ours) == sorted(theirs), "other rows", [row for row in ours if row not in theirs][:3],
           [row for row in theirs if row not in ours][:3], len(ours), len(theirs))


def same_top(ours, theirs):
    """The same counts in the same order, and the same groups but for those that tie for the last place."""
    expect([row[1] for row in ours] == [row[1] for row in theirs], ours, theirs)
    last = ours[-1][1] if ours else None
    same_rows([row for row in ours if row[1] != last], [row for row in theirs if row[1] != last])


def same_disabled(ours, theirs):
    """One group of rows for each address: its accounts may be another choice of 15."""
    def groups(rows):
        found = {}
        for row in rows:
            found.setdefault(row[2], []).append(row)
        return found
    expect(falling([row[3] for row in ours]), "not sorted")
    ours, theirs = groups(ours), groups(theirs)
    expect(ours.keys() == theirs.keys(), "other addresses", set(ours) ^ set(theirs))
    for address, rows in ours.items():
        mine, other = rows[0], theirs[address][0]
        expect(mine[:5] == other[:5] and mine[7] == other[7], mine, other)
        expect(same_set(mine[5], other[5], 128) and same_set(mine[6], other[6], 128), mine, other)
        mine, other = [row[8] for row in rows], [row[8] for row in theirs[address]]
        expect(len(mine) == len(set(mine)) == len(other), mine, other)
        expect(len(mine) == 15 or set(mine) == set(other), mine, other)


def same_portal(ours, theirs):
    expect(falling([row[16] for row in ours]), "not sorted")
    ours, theirs = {tuple(row[:9]): row for row in ours}, {tuple(row[:9]): row for row in theirs}
    expect(ours.keys() == theirs.keys(), "other groups", set(ours) ^ set(theirs))
    for key, mine in ours.items():
        other = theirs[key]
        expect([mine[at] for at in (9, 10, 12, 16)] == [other[at] for at in (9, 10, 12, 16)], mine, other)
        expect(all(same_set(mine[at], other[at], 128) for at in (11, 13, 14, 15)), mine, other)


class Question:
    def __init__(self, title, kql, columns, same=same_rows):
        self.title, self.kql, self.columns, self.same = title, kql, columns, same


def rule(stem):
    return (ROOT / "queries" / f"{stem}.kql").read_text(encoding="utf-8")


# Of `columns` the peers read no others, where they can be told.
QUESTIONS = {
    "count": Question("`count`", "SigninLogs | count", ["ResultType"]),
    "disabled_accounts": Question(
        "disabled accounts, the first shipped rule", rule("SuccessfulAccount-SigninAttemptsByIPviaDisabledAccounts"),
        ["TimeGenerated", "UserPrincipalName", "AppDisplayName", "IPAddress", "ResultType", "ResultDescription"],
        same_disabled),
    "azure_portal": Question(
        "Azure Portal, the second", rule("UnauthUser_AzurePortal"),
        ["TimeGenerated", "UserDisplayName", "UserPrincipalName", "AppDisplayName", "ResultType", "ResultDescription",
         "Status", "Location", "LocationDetails", "IPAddress", "DeviceDetail"],
        same_portal),
    "by_hour": Question(
        "`summarize count() by bin(TimeGenerated, 1h), ResultType`",
        "SigninLogs | summarize count() by bin(TimeGenerated, 1h), ResultType", ["TimeGenerated", "ResultType"]),
    "needle": Question(
        "a needle: `UserPrincipalName =~`, `project` five columns",
        'SigninLogs | where UserPrincipalName =~ "NEEDLE" '
        "| project TimeGenerated, UserPrincipalName, AppDisplayName, IPAddress, ResultType",
        ["TimeGenerated", "UserPrincipalName", "AppDisplayName", "IPAddress", "ResultType"]),
    "busiest": Question(
        "top 10 `IPAddress` by `dcount(UserPrincipalName)`",
        "SigninLogs | summarize accounts = dcount(UserPrincipalName) by IPAddress | top 10 by accounts",
        ["IPAddress", "UserPrincipalName"], same_top),
    "policies": Question(
        "`mv-expand ConditionalAccessPolicies`, count by two members",
        "SigninLogs | mv-expand ConditionalAccessPolicies | summarize count() by "
        "displayName = tostring(ConditionalAccessPolicies.displayName), "
        "result = tostring(ConditionalAccessPolicies.result)", ["ConditionalAccessPolicies"]),
}
