//! Text formats: encodings, addresses of things, and records written as text.

pub(super) mod base64;
pub(super) mod command_line;
pub(super) mod compression;
pub(super) mod csv;
pub(super) mod json_path;
pub(super) mod path;
pub(super) mod punycode;
pub(super) mod url;
pub(super) mod url_parts;
pub(super) mod user_agent;
pub(super) mod version;
pub(super) mod xml;

#[cfg(test)]
mod tests;
