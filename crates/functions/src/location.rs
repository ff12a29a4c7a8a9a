//! Where an IP address is: a MaxMind database such as GeoLite2 City.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use kql_types::dynamic::write_json_string;
use kql_types::real;
use maxminddb::{Reader, geoip2};

/// A database of places by address, read whole into memory.
pub struct LocationDatabase {
    reader: Reader<Vec<u8>>,
}

impl LocationDatabase {
    /// Reads a file in MaxMind DB format.
    ///
    /// # Errors
    /// A sentence without final stop, if the file cannot be read or is no such database.
    pub fn open(path: &Path) -> Result<Self, String> {
        let reader = Reader::open_readfile(path)
            .map_err(|error| format!("cannot read the location database {}: {error}", path.display()))?;
        Ok(Self { reader })
    }

    /// What is known of an address, as a property bag with `country`, `state`, `city`, `latitude`, `longitude`, those of
    /// them that are known. `None` if the address is not in the database.
    ///
    /// <https://learn.microsoft.com/kusto/query/geo-info-from-ip-address-function>
    pub fn find(&self, address: IpAddr) -> Option<String> {
        let city: geoip2::City<'_> = self.reader.lookup(address).ok()?.decode().ok()??;
        let state = city.subdivisions.first().and_then(|state| state.names.english);
        let names =
            [("country", city.country.names.english), ("state", state), ("city", city.city.names.english)];
        let coordinates = [("latitude", city.location.latitude), ("longitude", city.location.longitude)];
        let mut bag = String::from("{");
        for (key, name) in names {
            if let Some(name) = name {
                write_key(&mut bag, key);
                write_json_string(&mut bag, name);
            }
        }
        for (key, coordinate) in coordinates {
            if let Some(coordinate) = coordinate {
                write_key(&mut bag, key);
                real::write(&mut bag, coordinate);
            }
        }
        bag.push('}');
        Some(bag)
    }
}

fn write_key(bag: &mut String, key: &str) {
    if bag.len() > 1 {
        bag.push(',');
    }
    write_json_string(bag, key);
    bag.push(':');
}

impl fmt::Debug for LocationDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocationDatabase({})", self.reader.metadata().database_type)
    }
}
