//! What a query takes from outside its text and its tables: the location database, the network, watchlists, and stored
//! functions.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod command;
mod location_database;

use command::{Folder, kql};

mod locations {
    use super::*;
    use location_database::Datum::{Array, Double, Map, Text};
    use location_database::lower_half_is;

    const QUERY: &str = "datatable(ip:string)['20.53.203.50', '200.1.1.1', 'none'] \
                         | project place = geo_info_from_ip_address(ip)";

    fn sydney() -> Vec<u8> {
        let named = |name| Map(vec![("names", Map(vec![("de", Text("anders")), ("en", Text(name))]))]);
        lower_half_is(&Map(vec![
            ("city", named("Sydney")),
            ("country", named("Australia")),
            ("location", Map(vec![("latitude", Double(-33.8715)), ("longitude", Double(151.2006))])),
            ("subdivisions", Array(vec![named("New South Wales")])),
        ]))
    }

    #[test]
    fn are_those_of_the_database() {
        let folder = Folder::new().with("places.mmdb", sydney());
        let run = folder.kql(["query", QUERY, "--geoip", "places.mmdb", "--format", "ndjson"]).run();
        run.expect(0).stderr("").stdout(concat!(
            r#"{"place":{"country":"Australia","state":"New South Wales","city":"Sydney","#,
            r#""latitude":-33.8715,"longitude":151.2006}}"#,
            "\n{\"place\":null}\n{\"place\":null}\n"
        ));
    }

    #[test]
    fn are_unknown_without_a_database_which_is_said_once() {
        let run = kql(["query", QUERY, "--format", "ndjson"]).run().expect(0);
        assert_eq!(run.stdout, "{\"place\":null}\n".repeat(3));
        assert_eq!(run.stderr.matches("--geoip").count(), 1, "{}", run.stderr);
    }

    #[test]
    fn come_from_nothing_but_a_location_database() {
        let folder = Folder::new().with("places.mmdb", "no database");
        let run = folder.kql(["query", "print 1", "--geoip", "places.mmdb"]).run();
        run.expect(3).stdout("").stderr_has("cannot read the location database places.mmdb");
        kql(["query", "print 1", "--geoip", "nosuch.mmdb"]).run().expect(3).stderr_has("nosuch.mmdb");
    }
}
