"""Polars: NDJSON with the wanted columns declared, or with all of them guessed."""
import polars as pl

from questions import QUESTIONS

POLICY = pl.Struct({"displayName": pl.String, "result": pl.String})
# A time is read as text and parsed after: twice as fast as a declared Datetime.
TYPES = {
    "Status": pl.Struct({"errorCode": pl.String, "additionalDetails": pl.String}),
    "DeviceDetail": pl.Struct({"operatingSystem": pl.String, "browser": pl.String}),
    "LocationDetails": pl.Struct({"state": pl.String, "city": pl.String}),
    "ConditionalAccessPolicies": pl.List(POLICY),
}


def ask(mode, data, needle, threads):
    if pl.thread_pool_size() != threads:
        raise RuntimeError("POLARS_MAX_THREADS says otherwise")

    def scan(name):
        declared = {column: TYPES.get(column, pl.String) for column in QUESTIONS[name].columns}
        return pl.scan_ndjson(data, schema=declared) if mode == "explicit" else pl.scan_ndjson(data)

    asked = {"count": count, "disabled_accounts": disabled_accounts, "azure_portal": azure_portal, "by_hour": by_hour,
             "needle": lambda logs: with_account(logs, needle), "busiest": busiest, "policies": policies}
    return lambda name: asked[name](scan(name)).collect(engine="streaming").rows()


def text(name):
    return pl.col(name).fill_null("")


TIME = pl.col("TimeGenerated").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us")


def count(logs):
    return logs.select(pl.len())


def disabled_accounts(logs):
    logs = logs.with_columns(TIME, text("UserPrincipalName"), text("AppDisplayName"), text("IPAddress"))
    refused = "User account is disabled. The account has been disabled by an administrator."
    failures = logs.filter(pl.col("ResultType") == "50057", pl.col("ResultDescription") == refused)
    failures = failures.group_by("IPAddress").agg(
        StartTime=pl.col("TimeGenerated").min(), EndTime=pl.col("TimeGenerated").max(), attempts=pl.len(),
        targeted=pl.col("UserPrincipalName").n_unique(), accounts=pl.col("UserPrincipalName").unique(),
        applications=pl.col("AppDisplayName").unique())
    successes = logs.filter(pl.col("ResultType") == "0").group_by("IPAddress").agg(
        successful=pl.col("UserPrincipalName").n_unique(), account=pl.col("UserPrincipalName").unique())
    successes = successes.filter(pl.col("successful") < 100).with_columns(pl.col("account").list.head(15))
    together = failures.join(successes, on="IPAddress", how="left").sort("attempts", descending=True)
    return together.select("StartTime", "EndTime", "IPAddress", "attempts", "targeted", "accounts", "applications",
                           "successful", "account").explode("account")


def azure_portal(logs):
    status, device, place = pl.col("Status").struct, pl.col("DeviceDetail").struct, pl.col("LocationDetails").struct
    chosen = logs.filter(pl.col("AppDisplayName").str.to_lowercase().str.contains("azure portal", literal=True),
                         pl.col("ResultType").is_in(["50126", "50020"]))
    chosen = chosen.select(
        text("UserDisplayName"), text("UserPrincipalName"), "AppDisplayName", "ResultType", text("ResultDescription"),
        text("Location"), text("IPAddress"), TIME,
        StatusCode=status.field("errorCode").cast(pl.String).fill_null(""),
        StatusDetails=status.field("additionalDetails").fill_null(""), State=place.field("state").fill_null(""),
        City=place.field("city").fill_null(""), OS=device.field("operatingSystem"), Browser=device.field("browser"))
    return chosen.group_by("UserDisplayName", "UserPrincipalName", "AppDisplayName", "ResultType", "ResultDescription",
                           "StatusCode", "StatusDetails", "Location", "State").agg(
        StartTime=pl.col("TimeGenerated").min(), EndTime=pl.col("TimeGenerated").max(),
        IPAddresses=pl.col("IPAddress").unique(), DistinctIPCount=pl.col("IPAddress").n_unique(),
        set_OS=pl.col("OS").drop_nulls().unique(), set_Browser=pl.col("Browser").drop_nulls().unique(),
        set_City=pl.col("City").unique(), AttemptCount=pl.len()).sort("AttemptCount", descending=True)


def by_hour(logs):
    return logs.group_by(TIME.dt.truncate("1h"), text("ResultType")).len()


def with_account(logs, needle):
    return logs.filter(pl.col("UserPrincipalName").str.to_lowercase() == needle.lower()).select(
        TIME, "UserPrincipalName", "AppDisplayName", "IPAddress", "ResultType")


def busiest(logs):
    return logs.group_by(text("IPAddress")).agg(accounts=text("UserPrincipalName").n_unique()).top_k(
        10, by="accounts").sort("accounts", descending=True)


def policies(logs):
    policy = pl.col("ConditionalAccessPolicies").struct
    expanded = logs.select("ConditionalAccessPolicies").explode("ConditionalAccessPolicies")
    return expanded.group_by(policy.field("displayName").fill_null(""), policy.field("result").fill_null("")).len()
