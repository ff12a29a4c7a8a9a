//! What a user agent says of the browser, the operating system and the device.

use std::sync::LazyLock;

use hashbrown::HashMap;
use kql_types::dynamic::{Json, JsonKind, to_text, write_json_string};
use kql_types::{Column, Operand, ScalarType::Dynamic, Value};
use ua_parser::{Regexes, device, os, user_agent};

use crate::kernel::rows::dynamics;
use crate::scalar::signature::{TEXT, columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&PARSE_USER_AGENT];

scalar_function!(
    PARSE_USER_AGENT, ["parse_user_agent"],
    "What the user agent says of what is looked for, \"browser\", \"os\", \"device\" or an array of them (all by default), as a bag: Browser, OperatingSystem, Device. Families that are not known are Other. The patterns are those of uap-core. <https://learn.microsoft.com/kusto/query/parse-user-agent-function>",
    [
        r#"print parse_user_agent("Mozilla/5.0 (Windows; U; en-US) AppleWebKit/531.9 (KHTML, like Gecko) AdobeAIR/2.5.1", "browser")"#
            => r#"{"Browser":{"Family":"AdobeAIR","MajorVersion":"2","MinorVersion":"5","Patch":"1"}}"#,
        r#"print parse_user_agent("nothing known", dynamic(["device"]))"#
            => r#"{"Device":{"Family":"Other","Brand":"","Model":""}}"#,
    ],
    ResultName::Generated,
    [columns(&[TEXT, ParameterType::Any], Dynamic, parse_user_agent).at_least(1)],
);

/// The patterns, as the build script found them in the ua-parser package.
static PATTERNS: &str = include_str!(concat!(env!("OUT_DIR"), "/user_agents.json"));

/// Compiled when first used. The patterns are fixed, so that an error here is a defect, which the query reports.
static BROWSERS: LazyLock<Result<user_agent::Extractor<'static>, String>> = LazyLock::new(|| {
    let parsers = user_agent::Builder::new().push_all(patterns()?.user_agent_parsers);
    parsers.map_err(|error| error.to_string())?.build().map_err(|error| error.to_string())
});
static SYSTEMS: LazyLock<Result<os::Extractor<'static>, String>> = LazyLock::new(|| {
    let parsers = os::Builder::new().push_all(patterns()?.os_parsers);
    parsers.map_err(|error| error.to_string())?.build().map_err(|error| error.to_string())
});
static DEVICES: LazyLock<Result<device::Extractor<'static>, String>> = LazyLock::new(|| {
    let parsers = device::Builder::new().push_all(patterns()?.device_parsers);
    parsers.map_err(|error| error.to_string())?.build().map_err(|error| error.to_string())
});

fn patterns() -> Result<Regexes<'static>, String> {
    serde_json::from_str(PATTERNS).map_err(|error| error.to_string())
}

fn compiled<T>(extractor: &'static LazyLock<Result<T, String>>) -> Result<&'static T, KernelError> {
    extractor
        .as_ref()
        .map_err(|error| KernelError::new(format!("the patterns of user agents do not compile: {error}")))
}

/// What is looked for.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Targets {
    browser: bool,
    system: bool,
    device: bool,
}

impl Targets {
    fn of(value: &Value) -> Result<Self, KernelError> {
        let mut targets = Self::default();
        match value {
            Value::Dynamic(json) if Json::new(json).kind() == JsonKind::Array => {
                for element in Json::new(json).elements() {
                    targets.add(&to_text(element.text()))?;
                }
            }
            value => targets.add(&value.to_text())?,
        }
        Ok(targets)
    }

    fn add(&mut self, name: &str) -> Result<(), KernelError> {
        match name {
            "browser" => self.browser = true,
            "os" => self.system = true,
            "device" => self.device = true,
            _ => {
                let message =
                    format!("parse_user_agent() looks for \"browser\", \"os\" or \"device\", not \"{name}\"");
                return Err(KernelError::new(message));
            }
        }
        Ok(())
    }
}

fn parse_user_agent(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    let every = Targets { browser: true, system: true, device: true };
    let constant = match call.arguments.get(1) {
        None => Some(every),
        Some(Operand::Constant(value)) => Some(Targets::of(value)?),
        Some(Operand::Column(_)) => None,
    };
    // Hundreds of patterns are tried for each user agent, and the same few come again and again.
    let mut known: HashMap<(&str, Targets), String> = HashMap::new();
    let mut failure = None;
    let column = Column::Dynamic(
        dynamics(call.rows, |row, out| {
            let targets = constant.map_or_else(|| Targets::of(&call.arguments[1].value(row)), Ok);
            let bag = targets.and_then(|targets| {
                let key = (texts.text(row), targets);
                if !known.contains_key(&key) {
                    known.insert(key, describe(key.0, targets)?);
                }
                Ok(known.get(&key))
            });
            match bag {
                Ok(bag) => out.push_str(bag?),
                Err(error) => failure = Some(error),
            }
            Some(())
        })
        .into(),
    );
    failure.map_or(Ok(column), Err)
}

fn describe(agent: &str, targets: Targets) -> Result<String, KernelError> {
    let mut bag = String::from("{");
    if targets.browser {
        let found = compiled(&BROWSERS)?
            .extract(agent)
            .unwrap_or_else(|| user_agent::ValueRef { family: OTHER.into(), ..Default::default() });
        write_part(
            &mut bag,
            "Browser",
            &[
                ("Family", Some(&found.family)),
                ("MajorVersion", found.major),
                ("MinorVersion", found.minor),
                ("Patch", found.patch),
            ],
        );
    }
    if targets.system {
        let found = compiled(&SYSTEMS)?
            .extract(agent)
            .unwrap_or_else(|| os::ValueRef { os: OTHER.into(), ..Default::default() });
        write_part(
            &mut bag,
            "OperatingSystem",
            &[
                ("Family", Some(&found.os)),
                ("MajorVersion", found.major.as_deref()),
                ("MinorVersion", found.minor.as_deref()),
                ("Patch", found.patch.as_deref()),
                ("PatchMinor", found.patch_minor.as_deref()),
            ],
        );
    }
    if targets.device {
        let found = compiled(&DEVICES)?
            .extract(agent)
            .unwrap_or_else(|| device::ValueRef { device: OTHER.into(), ..Default::default() });
        write_part(
            &mut bag,
            "Device",
            &[
                ("Family", Some(&found.device)),
                ("Brand", found.brand.as_deref()),
                ("Model", found.model.as_deref()),
            ],
        );
    }
    bag.push('}');
    Ok(bag)
}

/// What uap-core calls a family that no pattern knows.
const OTHER: &str = "Other";

fn write_part(bag: &mut String, name: &str, members: &[(&str, Option<&str>)]) {
    bag.push_str(if bag.len() > 1 { "," } else { "" });
    write_json_string(bag, name);
    for (position, (member, value)) in members.iter().enumerate() {
        bag.push_str(if position == 0 { ":{" } else { "," });
        write_json_string(bag, member);
        bag.push(':');
        write_json_string(bag, value.unwrap_or_default());
    }
    bag.push('}');
}
