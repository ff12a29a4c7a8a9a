//! Writes a small location database: <https://maxmind.github.io/MaxMind-DB/>.

/// A value of the data section.
pub enum Datum {
    Text(&'static str),
    Double(f64),
    Number16(u16),
    Number32(u32),
    Number64(u64),
    Array(Vec<Datum>),
    Map(Vec<(&'static str, Datum)>),
}

use Datum::{Array, Map, Number16, Number32, Number64, Text};

/// What stands between the search tree and the data.
const SEPARATOR: [u8; 16] = [0; 16];

/// What stands before the metadata.
const METADATA: &[u8] = b"\xab\xcd\xefMaxMind.com";

/// A database of IPv4 addresses that knows `place` of 0.0.0.0/1 and nothing of the rest.
pub fn lower_half_is(place: &Datum) -> Vec<u8> {
    let nodes: u32 = 1;
    // The only node, of two records of 24 bits: a record above the number of nodes points into the data, one that is
    // that number says that there is nothing.
    let found = nodes + SEPARATOR.len() as u32;
    let mut file = [&found.to_be_bytes()[1..], &nodes.to_be_bytes()[1..], &SEPARATOR].concat();
    write(place, &mut file);
    file.extend_from_slice(METADATA);
    let metadata = Map(vec![
        ("binary_format_major_version", Number16(2)),
        ("binary_format_minor_version", Number16(0)),
        ("build_epoch", Number64(1_700_000_000)),
        ("database_type", Text("Test-City")),
        ("description", Map(vec![("en", Text("half of all places"))])),
        ("ip_version", Number16(4)),
        ("languages", Array(vec![Text("en")])),
        ("node_count", Number32(nodes)),
        ("record_size", Number16(24)),
    ]);
    write(&metadata, &mut file);
    file
}

fn write(datum: &Datum, file: &mut Vec<u8>) {
    // A control byte has the type in its upper three bits and the size in the rest, which is enough below 29. Types from
    // 8 on stand in a byte of their own, less 7.
    let control = |data_type: u8, size: usize| {
        assert!(size < 29);
        data_type << 5 | size as u8
    };
    match datum {
        Text(text) => {
            file.push(control(2, text.len()));
            file.extend_from_slice(text.as_bytes());
        }
        Datum::Double(number) => {
            file.push(control(3, 8));
            file.extend_from_slice(&number.to_be_bytes());
        }
        Number16(number) => {
            file.push(control(5, 2));
            file.extend_from_slice(&number.to_be_bytes());
        }
        Number32(number) => {
            file.push(control(6, 4));
            file.extend_from_slice(&number.to_be_bytes());
        }
        Number64(number) => {
            file.extend_from_slice(&[control(0, 8), 9 - 7]);
            file.extend_from_slice(&number.to_be_bytes());
        }
        Array(members) => {
            file.extend_from_slice(&[control(0, members.len()), 11 - 7]);
            members.iter().for_each(|member| write(member, file));
        }
        Map(entries) => {
            file.push(control(7, entries.len()));
            for (key, value) in entries {
                write(&Text(key), file);
                write(value, file);
            }
        }
    }
}
