-- For DataFusion, with names taken as they are written. {logs} stands for where the rows come from.

-- name: count
select count(*) from {logs}

-- name: disabled_accounts
with signins as (
    select TimeGenerated, coalesce(UserPrincipalName, '') as account, coalesce(AppDisplayName, '') as app,
           coalesce(IPAddress, '') as IPAddress, ResultType, ResultDescription
    from {logs}
),
failures as (
    select min(TimeGenerated) as StartTime, max(TimeGenerated) as EndTime, IPAddress,
           count(*) as disabledAccountLoginAttempts, count(distinct account) as disabledAccountsTargeted,
           array_agg(distinct account) as disabledAccountSet, array_agg(distinct app) as applicationSet
    from signins
    where ResultType = '50057'
      and ResultDescription = 'User account is disabled. The account has been disabled by an administrator.'
    group by IPAddress
),
successes as (
    select IPAddress, count(distinct account) as successfulAccountSigninCount,
           array_agg(distinct account) as successfulAccountSigninSet
    from signins
    where ResultType = '0'
    group by IPAddress
    having count(distinct account) < 100
)
select StartTime, EndTime, IPAddress, disabledAccountLoginAttempts, disabledAccountsTargeted, disabledAccountSet,
       applicationSet, successfulAccountSigninCount,
       unnest(case when successfulAccountSigninSet is null then [null] else successfulAccountSigninSet[1:15] end)
from failures left join successes using (IPAddress)
where successfulAccountSigninCount is distinct from 0
order by disabledAccountLoginAttempts desc

-- name: azure_portal
select coalesce(UserDisplayName, ''), coalesce(UserPrincipalName, ''), AppDisplayName, ResultType,
       coalesce(ResultDescription, ''), coalesce(cast(Status['errorCode'] as varchar), ''),
       coalesce(Status['additionalDetails'], ''), coalesce(Location, ''), coalesce(LocationDetails['state'], ''),
       min(TimeGenerated), max(TimeGenerated),
       array_agg(distinct coalesce(IPAddress, '')), count(distinct coalesce(IPAddress, '')),
       coalesce(array_agg(distinct DeviceDetail['operatingSystem'])
                filter (where DeviceDetail['operatingSystem'] is not null), []),
       coalesce(array_agg(distinct DeviceDetail['browser'])
                filter (where DeviceDetail['browser'] is not null), []),
       array_agg(distinct coalesce(LocationDetails['city'], '')), count(*) as AttemptCount
from {logs}
where contains(lower(AppDisplayName), 'azure portal') and ResultType in ('50126', '50020')
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
order by AttemptCount desc

-- name: by_hour
select date_trunc('hour', TimeGenerated), coalesce(ResultType, ''), count(*) from {logs} group by 1, 2

-- name: needle
select TimeGenerated, UserPrincipalName, AppDisplayName, IPAddress, ResultType
from {logs}
where lower(UserPrincipalName) = lower({needle})

-- name: busiest
select coalesce(IPAddress, ''), count(distinct coalesce(UserPrincipalName, '')) as accounts
from {logs}
group by 1
order by accounts desc
limit 10

-- name: policies
select coalesce(policy['displayName'], ''), coalesce(policy['result'], ''), count(*)
from (select unnest(ConditionalAccessPolicies) as policy from {logs})
group by 1, 2
