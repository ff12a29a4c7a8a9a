-- SuccessfulAccount-SigninAttemptsByIPviaDisabledAccounts.kql for DuckDB; 'DATA' stands for the file.
-- An absent string is ''. Times are compared as text: they all end in seven digits and Z, finer than DuckDB's types.
with logs as (
    select TimeGenerated, coalesce(UserPrincipalName, '') as account, coalesce(AppDisplayName, '') as app,
           coalesce(IPAddress, '') as IPAddress, ResultType, ResultDescription
    from read_json('DATA', format = 'newline_delimited', columns = {
        TimeGenerated: 'VARCHAR', UserPrincipalName: 'VARCHAR', AppDisplayName: 'VARCHAR', IPAddress: 'VARCHAR',
        ResultType: 'VARCHAR', ResultDescription: 'VARCHAR'})
),
failures as (
    select min(TimeGenerated) as StartTime, max(TimeGenerated) as EndTime, IPAddress,
           count(*) as disabledAccountLoginAttempts, count(distinct account) as disabledAccountsTargeted,
           list(distinct account) as disabledAccountSet, list(distinct app) as applicationSet
    from logs
    where ResultType = '50057'
      and ResultDescription = 'User account is disabled. The account has been disabled by an administrator.'
    group by IPAddress
),
successes as (
    select IPAddress, count(distinct account) as successfulAccountSigninCount,
           list(distinct account) as successfulAccountSigninSet
    from logs
    where ResultType = '0'
    group by IPAddress
    having count(distinct account) < 100
)
select StartTime, EndTime, IPAddress, disabledAccountLoginAttempts, disabledAccountsTargeted, disabledAccountSet,
       applicationSet, successfulAccountSigninCount, successfulAccountSigninSet,
       unnest(case when successfulAccountSigninSet is null then [null] else successfulAccountSigninSet[1:15] end)
from failures left join successes using (IPAddress)
where successfulAccountSigninCount is distinct from 0
order by disabledAccountLoginAttempts desc
