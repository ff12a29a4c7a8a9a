//! Entities: what an alert is about, in the form of Sentinel's.
//!
//! <https://learn.microsoft.com/azure/sentinel/entities-reference>

use std::fmt;

/// An account, a host, an address, ...
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// As alerts write it: `account`, `ip`, `azure-resource`.
    pub kind: String,
    /// What identifies it, by name.
    pub fields: Vec<(String, String)>,
}

/// The types of entities: as rules write them, and as alerts do.
pub const TYPES: &[(&str, &str)] = &[
    ("Account", "account"),
    ("AzureResource", "azure-resource"),
    ("CloudApplication", "cloud-application"),
    ("DNS", "dns"),
    ("File", "file"),
    ("FileHash", "filehash"),
    ("Host", "host"),
    ("IoTDevice", "iotdevice"),
    ("IP", "ip"),
    ("MailCluster", "mailCluster"),
    ("MailMessage", "mailMessage"),
    ("Mailbox", "mailbox"),
    ("Malware", "malware"),
    ("Process", "process"),
    ("RegistryKey", "registry-key"),
    ("RegistryValue", "registry-value"),
    ("SecurityGroup", "security-group"),
    ("SubmissionMail", "SubmissionMail"),
    ("URL", "url"),
];

impl Entity {
    /// An entity of a type as rules write it, with these identifiers. Full names are taken apart as Sentinel does.
    pub fn new(entity_type: &str, fields: Vec<(String, String)>) -> Self {
        let known = TYPES.iter().find(|(name, _)| name.eq_ignore_ascii_case(entity_type));
        let kind = known.map_or_else(|| entity_type.to_ascii_lowercase(), |(_, kind)| (*kind).to_owned());
        let fields = fields.into_iter().flat_map(|(name, value)| parts(&kind, name, value)).collect();
        Self { kind, fields }
    }
}

/// An identifier, or those that it consists of.
fn parts(kind: &str, name: String, value: String) -> Vec<(String, String)> {
    if !name.eq_ignore_ascii_case("FullName") {
        return vec![(name, value)];
    }
    let pair = |names: [&str; 2], values: (&str, &str)| {
        vec![(names[0].to_owned(), values.0.to_owned()), (names[1].to_owned(), values.1.to_owned())]
    };
    match kind {
        "account" => match (value.split_once('@'), value.split_once('\\')) {
            (Some(parts), _) => pair(["Name", "UPNSuffix"], parts),
            (None, Some((domain, user))) => pair(["Name", "NTDomain"], (user, domain)),
            (None, None) => vec![("Name".to_owned(), value)],
        },
        "host" => match value.split_once('.') {
            Some(parts) => pair(["HostName", "DnsDomain"], parts),
            None => vec![("HostName".to_owned(), value)],
        },
        _ => vec![(name, value)],
    }
}

/// As people read it: `account ann@example.com`.
impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = |name: &str| self.fields.iter().find(|(own, _)| own == name).map(|(_, value)| value);
        f.write_str(&self.kind)?;
        match (self.fields.as_slice(), field("Name"), field("UPNSuffix"), field("NTDomain")) {
            ([_, _], Some(name), Some(suffix), _) => write!(f, " {name}@{suffix}"),
            ([_, _], Some(name), _, Some(domain)) => write!(f, " {domain}\\{name}"),
            (fields, ..) => fields.iter().try_for_each(|(_, value)| write!(f, " {value}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_names_are_taken_apart() {
        for (entity_type, full, expected, shown) in [
            (
                "Account",
                "ann@example.com",
                vec![("Name", "ann"), ("UPNSuffix", "example.com")],
                "account ann@example.com",
            ),
            ("Account", "CORP\\ann", vec![("Name", "ann"), ("NTDomain", "CORP")], "account CORP\\ann"),
            ("Account", "ann", vec![("Name", "ann")], "account ann"),
            (
                "Host",
                "web1.example.com",
                vec![("HostName", "web1"), ("DnsDomain", "example.com")],
                "host web1 example.com",
            ),
        ] {
            let entity = Entity::new(entity_type, vec![("FullName".to_owned(), full.to_owned())]);
            let fields: Vec<_> = entity.fields.iter().map(|(name, value)| (&**name, &**value)).collect();
            assert_eq!(fields, expected);
            assert_eq!(entity.to_string(), shown);
        }
    }

    #[test]
    fn types_are_written_as_in_alerts() {
        let kind = |entity_type| Entity::new(entity_type, Vec::new()).kind;
        assert_eq!(
            ["IP", "ip", "AzureResource", "Url", "Odd"].map(kind),
            ["ip", "ip", "azure-resource", "url", "odd"]
        );
    }
}
