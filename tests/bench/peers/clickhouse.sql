-- For chDB. {logs} stands for where the rows come from. An absent string is read as an empty one.

-- name: count
select count() from {logs}

-- name: disabled_accounts
with failures as (
    select min(TimeGenerated) as StartTime, max(TimeGenerated) as EndTime, IPAddress,
           count() as disabledAccountLoginAttempts, uniqExact(UserPrincipalName) as disabledAccountsTargeted,
           groupUniqArray(UserPrincipalName) as disabledAccountSet, groupUniqArray(AppDisplayName) as applicationSet
    from {logs}
    where ResultType = '50057'
      and ResultDescription = 'User account is disabled. The account has been disabled by an administrator.'
    group by IPAddress
),
successes as (
    select IPAddress, uniqExact(UserPrincipalName) as successfulAccountSigninCount,
           groupUniqArray(UserPrincipalName) as successfulAccountSigninSet
    from {logs}
    where ResultType = '0'
    group by IPAddress
    having successfulAccountSigninCount < 100
)
select StartTime, EndTime, IPAddress, disabledAccountLoginAttempts, disabledAccountsTargeted, disabledAccountSet,
       applicationSet, if(found, successfulAccountSigninCount, null), if(found, account, null)
from failures
left join (select *, 1 as found from successes) as successes using (IPAddress)
left array join arraySlice(successfulAccountSigninSet, 1, 15) as account
order by disabledAccountLoginAttempts desc

-- name: azure_portal
select UserDisplayName, UserPrincipalName, AppDisplayName, ResultType, ResultDescription,
       ifNull(toString(Status.errorCode), '') as StatusCode, ifNull(Status.additionalDetails, '') as StatusDetails,
       Location, ifNull(LocationDetails.state, '') as State,
       min(TimeGenerated), max(TimeGenerated), groupUniqArray(IPAddress), uniqExact(IPAddress),
       groupUniqArray(DeviceDetail.operatingSystem), groupUniqArray(DeviceDetail.browser),
       groupUniqArray(ifNull(LocationDetails.city, '')), count() as AttemptCount
from {logs}
where positionCaseInsensitiveUTF8(AppDisplayName, 'azure portal') > 0 and ResultType in ('50126', '50020')
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
order by AttemptCount desc

-- name: by_hour
select toStartOfHour(TimeGenerated), ResultType, count() from {logs} group by 1, 2

-- name: needle
select TimeGenerated, UserPrincipalName, AppDisplayName, IPAddress, ResultType
from {logs}
where lower(UserPrincipalName) = lower({needle})

-- name: busiest
select IPAddress, uniqExact(UserPrincipalName) as accounts
from {logs}
group by 1
order by accounts desc
limit 10

-- name: policies
select policy.displayName, policy.result, count()
from {logs}
array join ConditionalAccessPolicies as policy
group by 1, 2
