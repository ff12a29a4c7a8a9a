//! Where an address is.

use std::net::IpAddr;

use hashbrown::HashMap;
use kql_types::{Column, ScalarType::Dynamic};

use crate::kernel::dynamic::dynamic_column;
use crate::scalar::signature::{TEXT, columns, scalar_function};
use crate::{Call, KernelError, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&GEO_INFO_FROM_IP_ADDRESS];

scalar_function!(
    GEO_INFO_FROM_IP_ADDRESS, ["geo_info_from_ip_address"],
    "What the location database knows of the IPv4 or IPv6 address, as a bag of country, state, city, latitude and longitude; null if it is no address, is not known, or there is no database. <https://learn.microsoft.com/kusto/query/geo-info-from-ip-address-function>",
    [r#"print geo_info_from_ip_address("no address")"# => ""],
    ResultName::Generated,
    [columns(&[TEXT], Dynamic, geo_info)],
);

fn geo_info(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    let Some(locations) = &call.context.locations else {
        call.context.warnings.add(
            "geo_info_from_ip_address() answers null, because no location database was given; --geoip FILE names one, such as GeoLite2 City",
        );
        return Ok(dynamic_column(call.rows, |_, _| None));
    };
    // The same few addresses come again and again in a log.
    let mut known: HashMap<&str, Option<String>> = HashMap::new();
    Ok(dynamic_column(call.rows, |row, out| {
        let text = texts.text(row);
        let found = known.entry(text).or_insert_with(|| {
            let address: IpAddr = text.trim().parse().ok()?;
            locations.find(address)
        });
        out.push_str(found.as_deref()?);
        Some(())
    }))
}
