//! Bodies that are fetched over HTTP.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use arrow_buffer::Buffer;
use ureq::Agent;

use crate::TableError;
use crate::content::{self, Origin};

/// What a body may measure, in bytes, as it comes and decompressed.
const SIZE_LIMIT: u64 = 256 << 20;

/// From the look-up of the name to the last byte of the body, redirects included.
const TIME_LIMIT: Duration = Duration::from_secs(30);

const REDIRECTS_LIMIT: u32 = 5;

/// Whether that is an address to fetch rather than a path.
pub(crate) fn is_address(place: &str) -> bool {
    let scheme = place.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)))
}

/// The address without what comes behind its path. A query or a key there may be a secret, so messages leave it out.
pub(crate) fn without_query(address: &str) -> &str {
    address.split(['?', '#', ';']).next().unwrap_or(address)
}

/// Fetches what is at an address, decompressed if it is gzip or Zstandard. A redirect does not lead from `https` to
/// `http`.
pub(crate) fn fetch(address: &str) -> Result<Origin, TableError> {
    let shown = without_query(address);
    let failed =
        |error: &dyn std::fmt::Display| TableError::new(format!("cannot fetch {shown}: {}", sentence(error)));
    let bytes = body(address).map_err(|error| match error {
        ureq::Error::BodyExceedsLimit(_) => failed(&too_large()),
        ureq::Error::Timeout(_) => failed(&format_args!("it takes longer than {} s", TIME_LIMIT.as_secs())),
        other => failed(&other),
    })?;
    let bytes = unpacked(bytes, SIZE_LIMIT).map_err(|error| failed(&error))?;
    let body = content::as_utf8(Buffer::from_vec(bytes));
    Ok(Origin::Fetched { address: Arc::new(shown.into()), body })
}

fn too_large() -> io::Error {
    io::Error::other(format!("it is larger than {} MiB", SIZE_LIMIT >> 20))
}

/// Decompresses so many bytes at most: a small body may stand for an endless one.
fn unpacked(bytes: Vec<u8>, limit: u64) -> io::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    content::decompressed(bytes)?.take(limit + 1).read_to_end(&mut unpacked)?;
    if unpacked.len() as u64 > limit { Err(too_large()) } else { Ok(unpacked) }
}

fn sentence(error: &dyn std::fmt::Display) -> String {
    error.to_string().trim_end_matches('.').to_owned()
}

fn body(address: &str) -> Result<Vec<u8>, ureq::Error> {
    let config = Agent::config_builder()
        .timeout_global(Some(TIME_LIMIT))
        .max_redirects(REDIRECTS_LIMIT)
        .https_only(address.as_bytes().get(..6).is_some_and(|head| head.eq_ignore_ascii_case(b"https:")))
        .user_agent(concat!("kql/", env!("CARGO_PKG_VERSION")))
        .build();
    let response = Agent::new_with_config(config).get(address).call()?;
    response.into_body().into_with_config().limit(SIZE_LIMIT).read_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn addresses_are_told_from_paths() {
        for address in ["http://a/b", "HTTPS://a/b"] {
            assert!(is_address(address), "{address}");
        }
        for path in ["a/b.csv", "file:///a/b.csv", "ftp://a/b.csv", "/a?b=http://c"] {
            assert!(!is_address(path), "{path}");
        }
    }

    #[test]
    fn no_more_is_unpacked_than_is_allowed() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(&[0; 100_000]).unwrap();
        let packed = packer.finish().unwrap();
        assert!(packed.len() < 1000);
        assert_eq!(unpacked(packed.clone(), 100_000).unwrap().len(), 100_000);
        assert!(unpacked(packed, 99_999).unwrap_err().to_string().contains("larger"));
        assert_eq!(unpacked(b"plain".to_vec(), 5).unwrap(), b"plain");
    }

    #[test]
    fn secrets_are_left_out_of_messages() {
        assert_eq!(without_query("https://a/b.csv?sig=secret"), "https://a/b.csv");
        assert_eq!(without_query("https://a/b.csv;key"), "https://a/b.csv");
    }
}
