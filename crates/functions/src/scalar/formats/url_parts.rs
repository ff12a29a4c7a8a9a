//! The parts of a URL.

use kql_types::dynamic::write_json_string;
use kql_types::{Column, ScalarType::Dynamic};

use crate::kernel::rows::dynamics;
use crate::scalar::signature::{TEXT, columns, scalar_function};
use crate::{Call, KernelError, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&PARSE_URL, &PARSE_URLQUERY];

scalar_function!(
    PARSE_URL, ["parse_url", "parseurl"],
    "The parts of an absolute URL as a bag: Scheme, Host, Port, Path, Username, Password, Query Parameters (a bag) and Fragment; what is not there is empty. <https://learn.microsoft.com/kusto/query/parse-url-function>",
    [
        r#"print parse_url("scheme://username:password@host:1234/this/is/a/path?k1=v1&k2=v2#fragment")"#
            => r#"{"Scheme":"scheme","Host":"host","Port":"1234","Path":"/this/is/a/path","Username":"username","Password":"password","Query Parameters":{"k1":"v1","k2":"v2"},"Fragment":"fragment"}"#,
        r#"print parse_url("https://bing.com").Host"# => "bing.com",
    ],
    ResultName::Generated,
    [columns(&[TEXT], Dynamic, parse_url)],
);
scalar_function!(
    PARSE_URLQUERY, ["parse_urlquery", "parseurlquery"],
    "The parameters of a URL's query, as a bag within a bag: Query Parameters. <https://learn.microsoft.com/kusto/query/parse-url-query-function>",
    [r#"print parse_urlquery("k1=v1&k2=v2&k3=v3")"# => r#"{"Query Parameters":{"k1":"v1","k2":"v2","k3":"v3"}}"#],
    ResultName::Generated,
    [columns(&[TEXT], Dynamic, parse_urlquery)],
);

fn parse_url(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    Ok(Column::Dynamic(
        dynamics(call.rows, |row, out| {
            UrlParts::new(texts.text(row)).write(out);
            Some(())
        })
        .into(),
    ))
}

fn parse_urlquery(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    Ok(Column::Dynamic(
        dynamics(call.rows, |row, out| {
            let text = texts.text(row);
            out.push_str(r#"{"Query Parameters":"#);
            write_parameters(out, text.strip_prefix('?').unwrap_or(text));
            out.push('}');
            Some(())
        })
        .into(),
    ))
}

/// The pieces of a URL as RFC 3986, appendix B, cuts it, but only with `//` behind the scheme; nothing is decoded.
#[derive(Default)]
struct UrlParts<'a> {
    scheme: &'a str,
    host: &'a str,
    port: &'a str,
    path: &'a str,
    username: &'a str,
    password: &'a str,
    query: &'a str,
    fragment: &'a str,
}

impl<'a> UrlParts<'a> {
    fn new(url: &'a str) -> Self {
        let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let Some((scheme, rest)) = rest.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) else {
            return Self { path: rest, query, fragment, ..Self::default() };
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, server) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (username, password) = user.split_once(':').unwrap_or((user, ""));
        let (host, port) = split_port(server);
        Self { scheme, host, port, path, username, password, query, fragment }
    }

    fn write(&self, out: &mut String) {
        for (before, part) in [
            (r#"{"Scheme":"#, self.scheme),
            (r#","Host":"#, self.host),
            (r#","Port":"#, self.port),
            (r#","Path":"#, self.path),
            (r#","Username":"#, self.username),
            (r#","Password":"#, self.password),
        ] {
            out.push_str(before);
            write_json_string(out, part);
        }
        out.push_str(r#","Query Parameters":"#);
        write_parameters(out, self.query);
        out.push_str(r#","Fragment":"#);
        write_json_string(out, self.fragment);
        out.push('}');
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// Splits a port off; the colons of an IPv6 address in brackets are none.
fn split_port(server: &str) -> (&str, &str) {
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    server.rsplit_once(':').filter(|(_, port)| is_port(port)).unwrap_or((server, ""))
}

/// Of a name that comes several times the last value counts.
fn write_parameters(out: &mut String, query: &str) {
    let mut parameters: Vec<(&str, &str)> = Vec::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match parameters.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = value,
            None => parameters.push((name, value)),
        }
    }
    out.push('{');
    for (position, (name, value)) in parameters.into_iter().enumerate() {
        out.push_str(if position == 0 { "" } else { "," });
        write_json_string(out, name);
        out.push(':');
        write_json_string(out, value);
    }
    out.push('}');
}
