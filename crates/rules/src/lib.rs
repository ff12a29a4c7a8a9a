//! What a rule is: a query, and what it is for.
//!
//! A rule is written in one of five ways, all read into the same [`Rule`]:
//!
//! - a `.kql` file alone, or with comment lines `// key: value` at its head ([`header`]),
//! - a `.kql` file beside a `.yaml` file of the same stem, which holds the metadata,
//! - a published Sentinel rule in YAML with its `query:` inside,
//! - a JSON export of the portal, or an ARM template ([`resources`]),
//! - a Markdown file with ```` ```kql ```` fences ([`fences`]).
//!
//! [`node`] is what YAML and JSON have in common: a tree in which everything knows where it stands. [`metadata`] reads
//! it. [`pack`] finds the rules that paths name, [`selection`] picks among them, [`alert`] makes of the rows of a run
//! what Sentinel would. [`lint`] says what is probably not meant in a rule; [`attack`] is what it knows of MITRE ATT&CK.

pub mod alert;
pub mod attack;
pub mod fences;
pub mod header;
pub mod json;
pub mod lint;
mod mapping;
pub mod metadata;
pub mod node;
mod origin;
pub mod pack;
pub mod resources;
mod rule;
mod schedule;
pub mod selection;
mod severity;
pub mod test_file;
mod timespan;
pub mod yaml;

pub use mapping::{AlertDetails, CustomDetail, EntityMapping, FieldMapping, Text};
pub use metadata::{EventGrouping, Fault, Kind, Metadata};
pub use node::{Node, NodeValue};
pub use origin::Origin;
pub use pack::{Pack, PackError, Reason};
pub use rule::Rule;
pub use schedule::{Comparison, Schedule, Trigger};
pub use selection::Selection;
pub use severity::Severity;
