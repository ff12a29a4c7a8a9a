//! What a query takes from outside its text and its tables: the location database, the network, watchlists, and stored
//! functions.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod command;
mod location_database;
mod web_server;

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

mod network {
    use super::*;
    use web_server::WebServer;

    const FEED: &str = "203.0.113.7,scanner\n203.0.113.9,\"bot, net\"\n";

    fn external(address: &str, file: &str) -> String {
        format!("externaldata(ip:string, why:string)['{address}/{file}']")
    }

    #[test]
    fn is_reached_only_if_allowed() {
        let server = WebServer::start("200 OK", "", FEED);
        let query = external(&server.address, "feed.csv?sig=secret");
        let run = kql(["query", &query, "--format", "csv"]).run();
        let run = run.expect(3).stdout("").stderr_has("--allow-net").stderr_has("/feed.csv,");
        assert!(!run.stderr.contains("secret"), "{}", run.stderr);
        assert_eq!(server.requests(), [""; 0]);
        let run = kql(["query", &query, "--format", "csv", "--allow-net"]).run();
        run.expect(0).stderr("").stdout("ip,why\n203.0.113.7,scanner\n203.0.113.9,\"bot, net\"\n");
        assert_eq!(server.requests(), ["GET /feed.csv?sig=secret HTTP/1.1"]);
    }

    #[test]
    fn is_never_reached_to_check_or_explain() {
        let server = WebServer::start("200 OK", "", "{\"bag\":{\"a\":1}}");
        let feed = format!("externaldata(bag:dynamic)['{}/feed.json']", server.address);
        let unpacked = format!("{feed} | evaluate bag_unpack(bag)");
        for query in [&feed, &unpacked] {
            kql(["check", "-", "--allow-net"]).stdin(query).run().expect(0);
            let run = kql(["explain", query, "--allow-net"]).run();
            assert!(query == &feed && run.code == 0 || run.stderr.contains("when it is run"), "{run:#?}");
        }
        assert_eq!(server.requests(), [""; 0]);
        kql(["query", &unpacked, "--allow-net", "--format", "csv"]).run().expect(0).stdout("a\n1\n");
        assert_eq!(server.requests().len(), 1);
    }

    #[test]
    fn gives_what_files_give() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packer, FEED.as_bytes()).unwrap();
        let packed = packer.finish().unwrap();
        let records = r#"[{"why":"x","ip":"192.0.2.1"},{"ip":"192.0.2.2"}]"#;
        for (file, body, expected) in [
            ("feed.csv.gz", &packed[..], "2,203.0.113.7"),
            ("feed", &packed[..], "2,203.0.113.7"),
            ("feed.json", records.as_bytes(), "2,192.0.2.1"),
            ("feed.txt", b"192.0.2.3\r\n\r\n192.0.2.4\r\n192.0.2.5", "3,192.0.2.3"),
        ] {
            let server = WebServer::start("200 OK", "", body);
            let query = format!("{} | summarize count(), min(ip)", external(&server.address, file));
            let run = kql(["query", &query, "--format", "csv", "--allow-net"]).run().expect(0);
            run.stdout(&format!("count_,min_ip\n{expected}\n"));
        }
    }

    #[test]
    fn may_fail() {
        let failure = |status, headers, named| {
            let server = WebServer::start(status, headers, "gone");
            let query = external(&server.address, "feed.csv");
            kql(["query", &query, "--allow-net"]).run().expect(3).stdout("").stderr_has(named);
            server.requests().len()
        };
        assert_eq!(failure("404 Not Found", "", "cannot fetch http://127.0.0.1"), 1);
        assert_eq!(failure("302 Found", "Location: /feed.csv\r\n", "too many redirects"), 6);
        let query = external("http://127.0.0.1:1", "feed.csv");
        kql(["query", &query, "--allow-net"]).run().expect(3).stderr_has("cannot fetch");
    }
}

mod stored_functions {
    use super::*;

    fn folder() -> Folder {
        Folder::new()
            .with("Logs.csv", "user,code\nann,0\nbob,50057\ncid,50126\n")
            .with("stored/Failures.kql", "// a body\nlet lowest = 1;\nLogs | where code >= lowest")
            .with(
                "stored/CodeAbove.kql",
                "let unit = 1000;\nlet CodeAbove = (thousands:long, T:string=\"Logs\") {\n    \
                 table(T) | where code > thousands * unit\n};",
            )
            .with(
                "stored/Masked.kql",
                ".create-or-alter function with (folder = \"mine\", docstring = \"hides (most of) a name\")\n\
                 Masked(name:string) {\n    strcat(substring(name, 0, 1), \"**\")\n}",
            )
    }

    #[test]
    fn are_written_in_three_ways() {
        let folder = folder();
        let query = |text: &str| {
            let arguments = ["query", text, "--data", ".", "--functions", "stored", "--format", "csv"];
            folder.kql(arguments).run().expect(0).stderr("").stdout
        };
        assert_eq!(query("Failures | count"), "Count\n2\n");
        assert_eq!(query("Failures() | project user"), "user\nbob\ncid\n");
        assert_eq!(query("CodeAbove(50) | where user != 'bob'"), "user,code\ncid,50126\n");
        assert_eq!(query("CodeAbove(T='Logs', thousands=-1) | count"), "Count\n3\n");
        assert_eq!(query("Failures | project m = Masked(user)"), "m\nb**\nc**\n");
    }

    #[test]
    fn stand_beside_the_rules_if_no_folder_is_named() {
        let folder = folder()
            .with("rules/a.kql", "Beside | where code > 0")
            .with("rules/functions/Beside.kql", "Logs | project code");
        let run = folder.kql(["run", "rules/a.kql", "--data", ".", "--format", "csv"]).run();
        run.expect(0).stdout_has("50057\n50126\n");
        folder.kql(["check", "rules", "--data", "."]).run().expect(0).stdout_has("1 query checked");
    }

    #[test]
    fn take_the_place_of_what_the_cloud_gives() {
        let own = ".create function FileProfile(T:(*), hash:string='SHA1') { T | extend Signer = 'me' }";
        let folder = Folder::new().with("f/FileProfile.kql", own);
        let query = "print SHA1 = 'x' | invoke FileProfile()";
        let run = folder.kql(["query", query, "--functions", "f", "--format", "csv"]).run();
        run.expect(0).stderr("").stdout("SHA1,Signer\nx,me\n");
    }

    #[test]
    fn are_named_with_their_mistakes() {
        let folder = Folder::new().with("f/Wrong.kql", "let Wrong = () {\n  T | wher x\n};");
        let run = folder.kql(["query", "print 1", "--functions", "f"]).run();
        run.expect(3).stderr_has("f/Wrong.kql: line 2, column 7");
    }
}

mod services_of_the_cloud {
    use super::*;

    /// Columns with types, then rows; that the service is not here is said once.
    #[track_caller]
    fn gives(query: &str, service: &str, columns: &str, rows: &str) {
        let run = kql(["query", &format!("{query} | getschema"), "--format", "json"]).run().expect(0);
        let written: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let types = written.as_array().unwrap().iter().map(|column| {
            let cell = |name: &str| column[name].as_str().unwrap().to_owned();
            format!("{}:{}", cell("ColumnName"), cell("ColumnType"))
        });
        assert_eq!(types.collect::<Vec<String>>().join(" "), columns);
        let run = kql(["query", query, "--format", "csv"]).run().expect(0);
        assert_eq!(run.stdout.split_once('\n').unwrap().1, rows);
        assert_eq!(run.stderr.matches("warning").count(), 1, "{}", run.stderr);
        assert!(run.stderr.contains(&format!("{service} needs a service of the cloud")), "{}", run.stderr);
    }

    #[test]
    fn file_profile_knows_of_no_file() {
        let columns = "File:string SHA1:string SHA256:string MD5:string FileSize:int GlobalPrevalence:int \
                       GlobalFirstSeen:datetime GlobalLastSeen:datetime Signer:string Issuer:string \
                       SignerHash:string IsCertificateValid:bool IsRootSignerMicrosoft:bool \
                       SignatureState:string IsExecutable:bool ThreatName:string Publisher:string \
                       SoftwareName:string ProfileAvailability:string";
        let row = format!("a.exe,da39{}Missing\n", ",".repeat(17));
        for arguments in ["", "SHA1", "'SHA1', 1000"] {
            let query = format!("print File = 'a.exe', SHA1 = 'da39' | invoke FileProfile({arguments})");
            gives(&query, "FileProfile", columns, &row);
        }
    }

    #[test]
    fn devices_are_not_known_by_address() {
        let query = "print IP = '10.0.0.1' | invoke DeviceFromIP()";
        gives(query, "DeviceFromIP", "IP:string DeviceId:string", "");
    }

    #[test]
    fn devices_are_seen_by_none() {
        for arguments in ["", "DeviceId"] {
            let query = format!("print DeviceId = 'd', OnboardingStatus = '' | invoke SeenBy({arguments})");
            gives(&query, "SeenBy", "DeviceId:string", "");
        }
    }
}
