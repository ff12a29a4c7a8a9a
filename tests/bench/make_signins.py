#!/usr/bin/env python3
"""Writes made-up sign-in records, one in a line: the shape of SigninLogs, about 2 KB each, the same for the same count.

    python3 tests/bench/make_signins.py 5000 > SigninLogs.json
"""
import json
import random
import sys
import uuid

START = "2024-01-01T{:02d}:{:02d}:{:02d}.{:07d}Z"
RESULTS = [("0", "", 900), ("50126", "Invalid username or password.", 60),
           ("50074", "Strong Authentication is required.", 25),
           ("50057", "User account is disabled. The account has been disabled by an administrator.", 10),
           ("50020", "User account from an identity provider does not exist in the tenant \"Contoso\".", 5)]
APPS = ["Office 365 Exchange Online", "Microsoft Teams", "Azure Portal", "My Apps", "SAP Fiori – München", "Salesforce"]
SYSTEMS = ["Windows 10", "Windows 11", "MacOs", "Ios 16.2", "Android", None]
BROWSERS = ["Edge 110.0.1587", "Chrome 110.0.0", "Mobile Safari 16.1", ""]
PLACES = [("Seattle", "Washington", "US"), ("Paris", "Paris", "FR"), ("São Paulo", "Sao Paulo", "BR"), ("", "", "")]
POLICIES = ["Require MFA for all users", "Block legacy authentication", "CA006 - \"Break glass\" exclusion",
            "Terms of use"]
OUTCOMES = ["notApplied", "success", "failure"]


def skewed(rng, count):
    """A number below the count, small ones more often."""
    return int(count * rng.random() ** 3)


def record(rng, number, count):
    second = number * 86_400 // count
    moment = START.format(second // 3600, second // 60 % 60, second % 60, rng.randrange(10_000_000))
    user, address = skewed(rng, count // 20 + 1), skewed(rng, count // 10 + 1)
    code, description, _ = rng.choices(RESULTS, [share for *_, share in RESULTS])[0]
    app, (city, state, country) = rng.choice(APPS), rng.choice(PLACES)
    name = f"User{user:05d}@contoso.com" if rng.random() < 0.03 else f"user{user:05d}@contoso.com"

    def identity():
        return str(uuid.UUID(int=rng.getrandbits(128)))

    steps = [{"authenticationStepDateTime": moment, "authenticationMethod": "Password", "succeeded": code == "0",
              "authenticationMethodDetail": "Password Hash Sync", "authenticationStepResultDetail": ""}]
    policies = [{"id": identity(), "displayName": policy, "enforcedGrantControls": ["Mfa"],
                 "enforcedSessionControls": [], "result": rng.choice(OUTCOMES), "conditionsSatisfied": 3}
                for policy in rng.sample(POLICIES, rng.randrange(4))]
    return {
        "TenantId": "00000000-0000-0000-0000-000000000001", "SourceSystem": "Azure AD", "TimeGenerated": moment,
        "OperationName": "Sign-in activity", "Category": "SignInLogs", "ResultType": code, "ResultSignature": "None",
        "ResultDescription": description, "DurationMs": rng.randrange(900), "CorrelationId": identity(), "Level": 4,
        "Identity": f"User {user}", "Location": country, "AlternateSignInName": name, "AppDisplayName": app,
        "AppId": identity(), "AuthenticationDetails": json.dumps(steps) if rng.random() < 0.6 else steps,
        "AuthenticationRequirement": "singleFactorAuthentication", "ClientAppUsed": "Browser",
        "ConditionalAccessPolicies": policies, "ConditionalAccessStatus": "success", "CreatedDateTime": moment,
        "DeviceDetail": {"deviceId": identity(), "operatingSystem": rng.choice(SYSTEMS),
                         "browser": rng.choice(BROWSERS), "isCompliant": rng.random() < 0.8,
                         "trustType": "Azure AD joined"},
        "IsInteractive": True, "Id": identity(),
        "IPAddress": f"10.{address >> 16}.{address >> 8 & 255}.{address & 255}",
        "LocationDetails": {"city": city, "state": state, "countryOrRegion": country,
                            "geoCoordinates": {"latitude": round(rng.uniform(-60, 70), 5)}},
        "NetworkLocationDetails": [], "MfaDetail": {}, "OriginalRequestId": identity(), "RiskEventTypes": [],
        "RiskLevelAggregated": "none", "RiskState": "none", "ResourceDisplayName": f"{app} API",
        "ResourceIdentity": identity(),
        "Status": {"errorCode": int(code), "failureReason": description},
        "UserAgent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.0.0",
        "UserDisplayName": f"User\t{user}" if user % 50 == 0 else f"User {user}", "UserId": identity(),
        "UserPrincipalName": name, "UserType": "Member", "FlaggedForReview": None, "AutonomousSystemNumber": 64_500,
        "UniqueTokenIdentifier": f"{rng.getrandbits(88):022x}", "Type": "SigninLogs"}


def write(count, out):
    rng = random.Random(1)
    for number in range(count):
        out.write(json.dumps(record(rng, number, count), ensure_ascii=number % 7 == 0, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    write(int(sys.argv[1]), sys.stdout)
