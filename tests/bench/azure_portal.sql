-- UnauthUser_AzurePortal.kql for DuckDB; 'DATA' stands for the file. An absent string is ''.
select coalesce(UserDisplayName, ''), coalesce(UserPrincipalName, ''), AppDisplayName, ResultType,
       coalesce(ResultDescription, ''), coalesce(Status.errorCode, ''), coalesce(Status.additionalDetails, ''),
       coalesce(Location, ''), coalesce(LocationDetails.state, ''),
       min(TimeGenerated), max(TimeGenerated),
       list(distinct coalesce(IPAddress, '')), count(distinct coalesce(IPAddress, '')),
       coalesce(list(distinct DeviceDetail.operatingSystem)
                filter (where DeviceDetail.operatingSystem is not null), []),
       coalesce(list(distinct DeviceDetail.browser) filter (where DeviceDetail.browser is not null), []),
       list(distinct coalesce(LocationDetails.city, '')), count(*) as AttemptCount
from read_json('DATA', format = 'newline_delimited', columns = {
    TimeGenerated: 'VARCHAR', UserDisplayName: 'VARCHAR', UserPrincipalName: 'VARCHAR', AppDisplayName: 'VARCHAR',
    ResultType: 'VARCHAR', ResultDescription: 'VARCHAR', Location: 'VARCHAR', IPAddress: 'VARCHAR',
    Status: 'STRUCT(errorCode VARCHAR, additionalDetails VARCHAR)',
    DeviceDetail: 'STRUCT(operatingSystem VARCHAR, browser VARCHAR)',
    LocationDetails: 'STRUCT(state VARCHAR, city VARCHAR)'})
where contains(lower(AppDisplayName), 'azure portal') and ResultType in ('50126', '50020')
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
order by AttemptCount desc
