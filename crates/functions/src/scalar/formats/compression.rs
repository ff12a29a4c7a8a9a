//! gzip and zlib, their bytes in base64.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use kql_types::{Column, ScalarType::String};

use crate::kernel::rows::strings;
use crate::scalar::signature::{TEXT, columns, scalar_function};
use crate::{Call, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] =
    &[&GZIP_COMPRESS, &GZIP_DECOMPRESS, &ZLIB_COMPRESS, &ZLIB_DECOMPRESS];

scalar_function!(
    GZIP_COMPRESS, ["gzip_compress_to_base64_string"],
    "The string compressed as gzip, in base64. <https://learn.microsoft.com/kusto/query/gzip-base64-compress>",
    [r#"print gzip_compress_to_base64_string("1234567890qwertyuiop")"# => "H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA=="],
    ResultName::Generated,
    [columns(&[TEXT], String, |call| Ok(compress(call, gzip)))],
);
scalar_function!(
    GZIP_DECOMPRESS, ["gzip_decompress_from_base64_string"],
    "The string that was compressed as gzip and put in base64; empty if it was not. <https://learn.microsoft.com/kusto/query/gzip-base64-decompress>",
    [
        r#"print gzip_decompress_from_base64_string("H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA==")"# => "1234567890qwertyuiop",
        r#"print gzip_decompress_from_base64_string("x0x0x0")"# => "",
    ],
    ResultName::Generated,
    [columns(&[TEXT], String, |call| Ok(decompress(call, |bytes, out| read(GzDecoder::new(bytes), out))))],
);
scalar_function!(
    ZLIB_COMPRESS, ["zlib_compress_to_base64_string"],
    "The string compressed as zlib, in base64. <https://learn.microsoft.com/kusto/query/zlib-base64-compress-function>",
    [r#"print zlib_compress_to_base64_string("1234567890qwertyuiop")"# => "eAEBFADr/zEyMzQ1Njc4OTBxd2VydHl1aW9wOAkGdw=="],
    ResultName::Generated,
    [columns(&[TEXT], String, |call| Ok(compress(call, zlib)))],
);
scalar_function!(
    ZLIB_DECOMPRESS, ["zlib_decompress_from_base64_string"],
    "The string that was compressed as zlib and put in base64; empty if it was not. <https://learn.microsoft.com/kusto/query/zlib-base64-decompress-function>",
    [r#"print zlib_decompress_from_base64_string("eJwLSS0uUSguKcrMS1cwNDIGACxqBQ4=")"# => "Test string 123"],
    ResultName::Generated,
    [columns(&[TEXT], String, |call| Ok(decompress(call, |bytes, out| read(ZlibDecoder::new(bytes), out))))],
);

/// Texts up to that many bytes are stored as they are: the engine's recorded answers, of 20 bytes, are, as it spends more
/// on a table of codes than short text gains. Where it starts to pack, and in which bytes, is not recorded.
const MOST_STORED: usize = 100;

/// More than that is not taken from one value, so that a small text cannot fill the memory.
const MOST_BYTES: u64 = 64 << 20;

fn compress(call: &Call<'_>, format: fn(&[u8]) -> Vec<u8>) -> Column {
    let texts = call.arguments[0].strings();
    Column::String(
        strings(call.rows, |row, out| STANDARD.encode_string(format(texts.text(row).as_bytes()), out)).into(),
    )
}

/// Appends the text as RFC 1951 packs it.
fn deflate(text: &[u8], bytes: &mut Vec<u8>) {
    let level = if text.len() <= MOST_STORED { Compression::none() } else { Compression::default() };
    let mut encoder = DeflateEncoder::new(bytes, level);
    // Writing to memory cannot fail.
    let _ = encoder.write_all(text);
    let _ = encoder.finish();
}

/// RFC 1952: a header without name or time and with unknown operating system, the data, checksum and length.
fn gzip(text: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    deflate(text, &mut bytes);
    let mut checksum = Crc::new();
    checksum.update(text);
    bytes.extend(checksum.sum().to_le_bytes());
    bytes.extend(checksum.amount().to_le_bytes());
    bytes
}

/// RFC 1950: a header for a window of 32 KiB, the data, and the checksum.
fn zlib(text: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x78, 0x01];
    deflate(text, &mut bytes);
    bytes.extend(adler32(text).to_be_bytes());
    bytes
}

fn adler32(text: &[u8]) -> u32 {
    const MODULUS: u32 = 65521;
    let (mut low, mut high) = (1, 0);
    // After so many bytes at most the sums must be reduced to stay within 32 bits (RFC 1950, as in zlib).
    for block in text.chunks(5552) {
        for byte in block {
            low += u32::from(*byte);
            high += low;
        }
        (low, high) = (low % MODULUS, high % MODULUS);
    }
    high << 16 | low
}

fn decompress(call: &Call<'_>, unpack: fn(&[u8], &mut std::string::String) -> Option<()>) -> Column {
    let texts = call.arguments[0].strings();
    Column::String(
        strings(call.rows, |row, out| {
            let unpacked = STANDARD.decode(texts.text(row)).ok().and_then(|bytes| unpack(&bytes, out));
            if unpacked.is_none() {
                out.clear();
            }
        })
        .into(),
    )
}

fn read(decoder: impl Read, out: &mut std::string::String) -> Option<()> {
    let size = decoder.take(MOST_BYTES + 1).read_to_string(out).ok()?;
    (size as u64 <= MOST_BYTES).then_some(())
}
