//! What the emulator answered, and edges.

use kql_types::{ScalarType, Value};

use crate::testing::{call, d, l, s, text};

#[track_caller]
fn check(name: &str, values: &[Value], expected: &str) {
    assert_eq!(text(name, values), expected, "{name}{values:?}");
}

#[test]
fn base64_needs_padding() {
    check("base64_decode_tostring", &[s("")], "");
    check("base64_decode_tostring", &[s("S3VzdG8")], "");
    check("base64_decode_toarray", &[s("U3RyaW5n0KHR0tGA0L7Rh9C60LA")], "");
    check("base64_decode_toarray", &[s("")], "[]");
    check("base64_encode_fromarray", &[Value::Null(ScalarType::Dynamic)], "");
    check("base64_encode_fromarray", &[d("[75,256]")], "");
    check("base64_encode_fromarray", &[d("[75,117,115,116,111]")], "S3VzdG8=");
    check("base64_decode_toguid", &[s("abcd1231")], "");
    let guid = text("base64_decode_toguid", &[s("JpbpECu8dUy7Pv5gbeJXAA==")]);
    assert_eq!(guid, "10e99626-bc2b-4c75-bb3e-fe606de25700");
}

#[test]
fn compression_there_and_back() {
    let packed = text("gzip_compress_to_base64_string", &[s("1234567890qwertyuiop")]);
    assert_eq!(packed, "H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA==");
    let packed = text("zlib_compress_to_base64_string", &[s("1234567890qwertyuiop")]);
    assert_eq!(packed, "eAEBFADr/zEyMzQ1Njc4OTBxd2VydHl1aW9wOAkGdw==");
    let long = "kusto ".repeat(5000);
    for (format, source) in [("gzip", long.as_str()), ("zlib", long.as_str()), ("gzip", ""), ("zlib", "é")] {
        let packed = text(&format!("{format}_compress_to_base64_string"), &[s(source)]);
        assert!(packed.len() < 400, "{packed}");
        check(&format!("{format}_decompress_from_base64_string"), &[s(&packed)], source);
    }
    check("zlib_decompress_from_base64_string", &[s("eAEBFADr/zEyMzQ1Njc4OTBxd2VydHl1aW9wOAkGAA==")], "");
}

#[test]
fn urls_are_decoded_as_far_as_they_go() {
    check("url_encode", &[s("é&~*'")], "%c3%a9%26~%2a%27");
    check("url_decode", &[s("%c3%A9%zz%2")], "é%zz%2");
    check("url_decode", &[s("a%ff+b")], "a\u{fffd} b");
}

#[test]
fn urls_fall_into_parts() {
    let part = |url: &str, part: &str| {
        let bag = text("parse_url", &[s(url)]);
        text("[]", &[d(&bag), s(part)])
    };
    for (url, name, expected) in [
        ("https://bing.com", "Path", ""),
        ("https://u@bing.com:8080/a?b=c", "Username", "u"),
        ("https://u@bing.com:8080/a?b=c", "Host", "bing.com"),
        ("https://u@bing.com:8080/a?b=c", "Port", "8080"),
        ("https://[::1]:80/x", "Host", "[::1]"),
        ("https://[::1]/x", "Port", ""),
        ("http://a.b?x=1", "Host", "a.b"),
        ("http://a.b?x=http://c/d", "Query Parameters", r#"{"x":"http://c/d"}"#),
        ("http://a.b?x=1&&y&x=2=3", "Query Parameters", r#"{"x":"2=3","y":""}"#),
        ("bing.com/a", "Host", ""),
        ("bing.com/a", "Path", "bing.com/a"),
        ("", "Scheme", ""),
    ] {
        assert_eq!(part(url, name), expected, "{name} of {url}");
    }
    check("parse_urlquery", &[s("")], r#"{"Query Parameters":{}}"#);
}

#[test]
fn paths_fall_into_parts() {
    for (path, expected) in [
        (r"temp\file.txt", ["", "", "temp", "temp", "file.txt", "txt", ""]),
        (
            "file://C:/temp/file.txt:some.exe",
            ["file", "C:/", "C:/temp", "temp", "file.txt", "txt", "some.exe"],
        ),
        (
            r"\\shared\users\temp\file.txt.gz",
            ["", "", r"\\shared\users\temp", "temp", "file.txt.gz", "gz", ""],
        ),
        ("/usr/lib/temp/file", ["", "", "/usr/lib/temp", "temp", "file", "", ""]),
        ("cmd.exe", ["", "", "", "", "cmd.exe", "exe", ""]),
        (r"C:\cmd.exe", ["", r"C:\", r"C:\", "", "cmd.exe", "exe", ""]),
        (r"\\?\C:\a\b", ["", r"\\?\C:\", r"\\?\C:\a", "a", "b", "", ""]),
        (r"C:\a\", ["", r"C:\", r"C:\a", "a", "", "", ""]),
        ("", ["", "", "", "", "", "", ""]),
    ] {
        let bag = text("parse_path", &[s(path)]);
        for (name, expected) in [
            "Scheme",
            "RootPath",
            "DirectoryPath",
            "DirectoryName",
            "Filename",
            "Extension",
            "AlternateDataStreamName",
        ]
        .into_iter()
        .zip(expected)
        {
            assert_eq!(text("[]", &[d(&bag), s(name)]), expected, "{name} of {path}");
        }
    }
}

#[test]
fn versions_become_numbers() {
    for (version, expected) in [
        ("0.0.7.0", "700000000"),
        ("0.0.3", "300000000"),
        ("0.2", "20000000000000000"),
        ("1", "1000000000000000000000000"),
        ("99999999", ""),
        ("1.2.3.4.5", ""),
        ("1..2", ""),
        ("123456789", ""),
        ("", ""),
        ("-1", ""),
    ] {
        check("parse_version", &[s(version)], expected);
    }
}

#[test]
fn records_are_split() {
    check(
        "parse_csv",
        &[s("aa,\"b,b,b\",cc,\"Escaping quotes: \"\"Title\"\"\",\"line1\nline2\"")],
        r#"["aa","b,b,b","cc","Escaping quotes: \"Title\"","line1\nline2"]"#,
    );
    check("parse_csv", &[s("a, b ,")], r#"["a"," b ",""]"#);
    check("parse_csv", &[s("")], r#"[""]"#);
    check("parse_csv", &[s("\na")], r#"[""]"#);
    check("parse_csv", &[s("é\r\nb")], r#"["é"]"#);
}

#[test]
fn command_lines_are_split_as_windows_does() {
    for (line, expected) in [
        ("", "[]"),
        ("a", r#"["a"]"#),
        (r#""C:\Program Files\x.exe" -c "a b""#, r#"["C:\\Program Files\\x.exe","-c","a b"]"#),
        (r#"x a\\b d"e f"g h"#, r#"["x","a\\\\b","de fg","h"]"#),
        (r#"x a\\\"b c d"#, r#"["x","a\\\"b","c","d"]"#),
        (r#"x a\\\\"b c" d e"#, r#"["x","a\\\\b c","d","e"]"#),
        (r#"x "a""b" c"#, r#"["x","a\"b c"]"#),
        (r#"x "a"""b" c"#, r#"["x","a\"b","c"]"#),
        (r#"x """" y"#, r#"["x","\" y"]"#),
        ("x  \t a  ", r#"["x","a"]"#),
        (r#"x """#, r#"["x",""]"#),
    ] {
        check("parse_command_line", &[s(line), s("windows")], expected);
    }
    assert!(call("parse_command_line", &[s("a"), s("bash")]).is_err());
}

#[test]
fn xml_becomes_dynamic() {
    for (xml, expected) in [
        ("<e/>", r#"{"e":null}"#),
        ("<e></e>", r#"{"e":null}"#),
        ("<e> </e>", r#"{"e":null}"#),
        ("<e name='value' />", r#"{"e":{"@name":"value"}}"#),
        ("<e> <a>text</a> <b>text</b> </e>", r#"{"e":{"a":"text","b":"text"}}"#),
        ("<e> <a>1</a> <b/> <a>2</a> </e>", r#"{"e":{"a":[1,2],"b":null}}"#),
        ("<e> text <a>text</a> </e>", r##"{"e":{"#text":"text","a":"text"}}"##),
        ("<?xml version='1.0'?><!-- c --><e><![CDATA[a<b]]>&amp;&#65;</e>\n", r#"{"e":"a<b&A"}"#),
        ("<n:e x:a='&lt;1'>0x10</n:e>", r##"{"n:e":{"@x:a":"<1","#text":"0x10"}}"##),
        ("<e>007</e>", r#"{"e":"007"}"#),
        ("<e>1.50</e>", r#"{"e":"1.50"}"#),
        ("<e>118.0</e>", r#"{"e":118.0}"#),
        ("<e>true</e>", r#"{"e":"true"}"#),
        ("<e><a></e></a>", ""),
        ("<e/><f/>", ""),
        ("text", ""),
        ("<e>&unknown;</e>", ""),
        ("", ""),
    ] {
        check("parse_xml", &[s(xml)], expected);
    }
    check("parse_xml", &[s(&format!("<e>{}</e>", "x".repeat(1 << 20)))], "");
    check("parse_xml", &[s(&"<e>".repeat(100_000))], "");
}

#[test]
fn event_data_of_windows() {
    let xml = r#"<DataItem><EventData xmlns="http://x"><Data Name="User">a</Data><Data Name="Id">4</Data></EventData></DataItem>"#;
    check(
        "parse_xml",
        &[s(xml)],
        r##"{"DataItem":{"EventData":{"@xmlns":"http://x","Data":[{"@Name":"User","#text":"a"},{"@Name":"Id","#text":4}]}}}"##,
    );
}

#[test]
fn values_are_found_by_path() {
    let json = r#"{"a": {"b c": [1, {"d": "x"}]}, "n": null, "r": 5.5}"#;
    for (path, expected) in [
        ("$.a['b c'][1].d", "x"),
        (r#"$["a"]["b c"][0]"#, "1"),
        ("$.a", r#"{"b c":[1,{"d":"x"}]}"#),
        ("$", r#"{"a":{"b c":[1,{"d":"x"}]},"n":null,"r":5.5}"#),
        ("$.n", ""),
        ("$.missing", ""),
        ("$.a[*]", ""),
        ("$..a", ""),
        ("a", ""),
    ] {
        check("extract_json", &[s(path), s(json)], expected);
    }
    check("extract_json", &[s("$.r"), s(json), s("real")], "5.5");
    check("extract_json", &[s("$.r"), s(json), s("long")], "");
    check("extract_json", &[s("$.a"), s(json), s("dynamic")], r#"{"b c":[1,{"d":"x"}]}"#);
    check("extractjson", &[s("$.a"), s("{oops")], "");
    assert!(matches!(call("extract_json", &[s("$[0]"), s("[7]"), s("long")]), Ok(value) if value == l(7)));
}

#[test]
fn punycode_there_and_back() {
    check("punycode_from_string", &[s("艺术")], "cqv902d");
    check("punycode_to_string", &[s("cqv902d")], "艺术");
    check("punycode_to_string", &[s("é")], "");
    check(
        "punycode_domain_to_string",
        &[s("Lê Lợi。Thuận Thiên。com")],
        "xn--L Li-gpa4517b.xn--Thun Thin-s4a7194f.com",
    );
    check(
        "punycode_domain_from_string",
        &[s("xn--Ry-lja8c.xn--Jng-uta63a.xn--Bng-9ka.com")],
        "Rúyì.Jīngū.Bàng.com",
    );
}

#[test]
fn user_agents_are_described() {
    let nokia = "Mozilla/5.0 (SymbianOS/9.2; U; Series60/3.1 NokiaN81-3/10.0.032 Profile/MIDP-2.0 Configuration/CLDC-1.1 ) \
                 AppleWebKit/413 (KHTML, like Gecko) Safari/4";
    let expected = r#"{"Browser":{"Family":"Nokia OSS Browser","MajorVersion":"3","MinorVersion":"1","Patch":""},"OperatingSystem":{"Family":"Symbian OS","MajorVersion":"9","MinorVersion":"2","Patch":"","PatchMinor":""},"Device":{"Family":"Nokia N81","Brand":"Nokia","Model":"N81-3"}}"#;
    check("parse_user_agent", &[s(nokia), d(r#"["browser","os","device"]"#)], expected);
    check("parse_user_agent", &[s(nokia)], expected);
    check(
        "parse_user_agent",
        &[s(""), s("os")],
        r#"{"OperatingSystem":{"Family":"Other","MajorVersion":"","MinorVersion":"","Patch":"","PatchMinor":""}}"#,
    );
    assert!(call("parse_user_agent", &[s(nokia), s("engine")]).is_err());
}
