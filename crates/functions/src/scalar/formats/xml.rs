//! XML as a dynamic.

use kql_types::dynamic::{MAX_DEPTH, canonicalize, write_json_string};
use kql_types::{Column, ScalarType::Dynamic};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::kernel::dynamic::{dynamic_column, write_array, write_member};
use crate::scalar::signature::{TEXT, columns, scalar_function};
use crate::{Call, KernelError, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&PARSE_XML];

scalar_function!(
    PARSE_XML, ["parse_xml"],
    "The XML as a bag with the root element's name. An element is null, its text, or a bag of its attributes (@name), its text (#text) and its children, those of one name as an array; null if it is no XML or longer than 1 MB. <https://learn.microsoft.com/kusto/query/parse-xml-function>",
    [
        r#"print parse_xml("<e name='value'>text</e>")"# => r##"{"e":{"@name":"value","#text":"text"}}"##,
        r#"print parse_xml("<e> <a>text</a> <a>118.0</a> <b/> </e>")"# => r#"{"e":{"a":["text",118.0],"b":null}}"#,
        r#"print parse_xml("<e>")"# => "",
    ],
    ResultName::FirstArgument,
    [columns(&[TEXT], Dynamic, parse_xml)],
);

/// Longer texts are null: <https://learn.microsoft.com/kusto/query/parse-xml-function>.
const MOST_BYTES: usize = 1 << 20;

fn parse_xml(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    Ok(dynamic_column(call.rows, |row, out| {
        let text = texts.text(row);
        if text.len() > MOST_BYTES {
            return None;
        }
        out.push_str(&document(text)?);
        Some(())
    }))
}

/// An element whose end has not come yet.
#[derive(Default)]
struct Element {
    name: String,
    /// Attributes, texts and children by name, in the order in which the names first came.
    members: Vec<(String, Vec<String>)>,
    text: String,
}

impl Element {
    fn start(tag: &BytesStart<'_>) -> Option<Self> {
        let mut element = Self { name: tag.name().as_ref().to_owned(), ..Self::default() };
        for attribute in tag.attributes() {
            let attribute = attribute.ok()?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
            element.add(format!("@{}", attribute.key.as_ref()), scalar(&value));
        }
        Some(element)
    }

    fn add(&mut self, name: String, value: String) {
        match self.members.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => self.members.push((name, vec![value])),
        }
    }

    /// Takes up text in the middle: the name `#text` stands where the first of it does.
    fn add_text(&mut self, text: &str) {
        if self.text.is_empty() && !text.trim().is_empty() {
            self.members.push((TEXT_NAME.to_owned(), Vec::new()));
        }
        if !self.text.is_empty() || !text.trim().is_empty() {
            self.text.push_str(text);
        }
    }

    fn into_json(self) -> String {
        let text = scalar(self.text.trim());
        match self.members.as_slice() {
            [] => return "null".to_owned(),
            [(name, _)] if name == TEXT_NAME => return text,
            _ => {}
        }
        let mut json = String::from("{");
        let mut array = String::new();
        for (name, values) in &self.members {
            match values.as_slice() {
                [] => write_member(&mut json, name, &text),
                [value] => write_member(&mut json, name, value),
                values => {
                    array.clear();
                    write_array(&mut array, values.iter().map(String::as_str));
                    write_member(&mut json, name, &array);
                }
            }
        }
        json.push('}');
        json
    }
}

const TEXT_NAME: &str = "#text";

/// A number that reads back as it stands is a number, as the documentation's example shows; all else is a string.
fn scalar(text: &str) -> String {
    let is_number = text.ends_with(|last: char| last.is_ascii_digit())
        && canonicalize(text).is_some_and(|number| number == text);
    if is_number {
        return text.to_owned();
    }
    let mut json = String::new();
    write_json_string(&mut json, text);
    json
}

/// The document's root as a bag; `None` if the text is no well-formed document.
fn document(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let (mut open, mut root): (Vec<Element>, Option<String>) = (Vec::new(), None);
    loop {
        let closed = match reader.read_event().ok()? {
            Event::Eof => return if open.is_empty() { root } else { None },
            Event::Start(tag) => {
                open.push(Element::start(&tag)?);
                None
            }
            Event::Empty(tag) => Some(Element::start(&tag)?),
            Event::End(_) => Some(open.pop()?),
            Event::Text(text) => {
                add_text(&mut open, &text.xml10_content())?;
                None
            }
            Event::CData(text) => {
                add_text(&mut open, &text.xml10_content())?;
                None
            }
            Event::GeneralRef(reference) => {
                add_text(&mut open, &referred(&reference)?)?;
                None
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => None,
        };
        if open.len() >= MAX_DEPTH || (root.is_some() && (closed.is_some() || !open.is_empty())) {
            return None;
        }
        if let Some(mut element) = closed {
            let name = std::mem::take(&mut element.name);
            match open.last_mut() {
                Some(parent) => parent.add(name, element.into_json()),
                None => {
                    let mut bag = String::from("{");
                    write_member(&mut bag, &name, &element.into_json());
                    bag.push('}');
                    root = Some(bag);
                }
            }
        }
    }
}

/// Outside of the root only white space may stand.
fn add_text(open: &mut [Element], text: &str) -> Option<()> {
    match open.last_mut() {
        Some(element) => element.add_text(text),
        None if text.trim_start_matches('\u{feff}').trim().is_empty() => {}
        None => return None,
    }
    Some(())
}

/// What `&name;` or `&#number;` stands for.
fn referred(reference: &BytesRef<'_>) -> Option<String> {
    match reference.resolve_char_ref().ok()? {
        Some(character) => Some(character.to_string()),
        None => resolve_predefined_entity(&reference.xml10_content()).map(str::to_owned),
    }
}
