//! `ipv4_lookup`, `ipv6_lookup`: joins addresses with the networks that hold them.

use std::sync::Arc;

use arrow_array::{Array, StringViewArray, UInt32Array};
use hashbrown::HashMap;
use kql_types::{Batch, Column, Field, ScalarType, Schema, Value};

use super::{
    ParameterCount, Plugin, PluginArgument, PluginCall, PluginParameter, PluginParameterKind, PluginSchema,
    PluginShape,
};
use crate::network::Network;
use crate::{Example, KernelError};

/// The family.
pub static PLUGINS: &[&Plugin] = &[&IPV4_LOOKUP, &IPV6_LOOKUP];

const fn parameter(name: &'static str, kind: PluginParameterKind, count: ParameterCount) -> PluginParameter {
    PluginParameter { name, kind, count }
}

const TABLE: PluginParameter = parameter("LookupTable", PluginParameterKind::Table, ParameterCount::One);
const RETURN_UNMATCHED: PluginParameter =
    parameter("return_unmatched", PluginParameterKind::Constant(ScalarType::Bool), ParameterCount::Optional);

static IPV4_LOOKUP: Plugin = Plugin {
    names: &["ipv4_lookup"],
    doc: "Each row with every row of a lookup table whose IPv4 network holds its address; extra key columns must be equal too. \
          With `return_unmatched = true` rows without a match stay. \
          <https://learn.microsoft.com/kusto/query/ipv4-lookup-plugin>",
    examples: &[Example {
        query: "datatable(ip:string)['10.1.2.3'] \
                | evaluate ipv4_lookup(datatable(net:string, name:string)['10.0.0.0/8', 'a'], ip, net) | project name",
        result: "a",
    }],
    parameters: &[
        TABLE,
        parameter("SourceIPv4Key", PluginParameterKind::Column, ParameterCount::One),
        parameter("IPv4LookupKey", PluginParameterKind::TableColumn, ParameterCount::One),
        parameter("ExtraKey", PluginParameterKind::CommonColumn, ParameterCount::Repeated),
        RETURN_UNMATCHED,
    ],
    schema: PluginSchema::Known(|shape| Ok(joined_schema(&Sides::of(shape, false)?))),
    run: |call| lookup(call, false, Network::of_v4),
};

static IPV6_LOOKUP: Plugin = Plugin {
    names: &["ipv6_lookup"],
    doc: "Each row with every row of a lookup table whose IPv6 or IPv4 network holds its address; the lookup table's columns \
          come first (measured). With `return_unmatched = true` rows without a match stay. \
          <https://learn.microsoft.com/kusto/query/ipv6-lookup-plugin>",
    examples: &[Example {
        query: "datatable(ip:string)['2001:db8:85a3::7334'] \
                | evaluate ipv6_lookup(datatable(net:string, name:string)['2001:0db8:85a3::/48', 'a'], ip, net) | project name",
        result: "a",
    }],
    parameters: &[
        TABLE,
        parameter("SourceIPv6Key", PluginParameterKind::Column, ParameterCount::One),
        parameter("IPv6LookupKey", PluginParameterKind::TableColumn, ParameterCount::One),
        RETURN_UNMATCHED,
    ],
    schema: PluginSchema::Known(|shape| Ok(joined_schema(&Sides::of(shape, true)?))),
    run: |call| lookup(call, true, Network::of_v6),
};

/// The columns of both inputs, and which of them are compared.
struct Sides<'a> {
    source: &'a Schema,
    table: &'a Schema,
    source_key: usize,
    table_key: usize,
    /// Positions in source and table.
    extra_keys: Vec<(usize, usize)>,
    table_first: bool,
}

impl<'a> Sides<'a> {
    fn of(shape: &PluginShape<'a>, table_first: bool) -> Result<Self, String> {
        let [source, table] = shape.inputs else { return Err("a lookup needs a lookup table".to_owned()) };
        let Some(PluginArgument::TableColumn(table_key)) =
            shape.arguments.get(2).and_then(|given| given.first())
        else {
            return Err("argument 3 must name a column of the lookup table".to_owned());
        };
        let extra_keys = shape.arguments.get(3).into_iter().flatten().filter_map(|argument| match argument {
            PluginArgument::CommonColumn(source, table) => Some((*source, *table)),
            _ => None,
        });
        Ok(Self {
            source,
            table,
            source_key: shape.column(1)?,
            table_key: *table_key,
            extra_keys: extra_keys.collect(),
            table_first,
        })
    }

    /// The columns of the lookup table that come out: all but the extra keys.
    fn table_columns(&self) -> impl Iterator<Item = usize> {
        (0..self.table.len()).filter(|index| self.extra_keys.iter().all(|(_, key)| key != index))
    }
}

/// A name of the second side that the first has too gets a number.
fn joined_schema(sides: &Sides<'_>) -> Schema {
    let source = sides.source.fields.clone();
    let table = sides.table_columns().map(|index| sides.table.fields[index].clone()).collect();
    let (mut fields, second): (Vec<Field>, Vec<Field>) =
        if sides.table_first { (table, source) } else { (source, table) };
    for mut field in second {
        let is_taken = |name: &str| fields.iter().any(|other| &*other.name == name);
        if is_taken(&field.name) {
            let numbered = (1..).map(|number| format!("{}{number}", field.name)).find(|name| !is_taken(name));
            field.name = numbered.unwrap_or_default().into();
        }
        fields.push(field);
    }
    Schema::new(fields)
}

fn lookup(
    call: &PluginCall<'_>,
    table_first: bool,
    parse: fn(&str) -> Option<Network>,
) -> Result<Batch, KernelError> {
    let [source, table] = call.inputs else { return Err(KernelError::new("a lookup needs a lookup table")) };
    let shape = PluginShape { inputs: &[&source.schema, &table.schema], arguments: call.arguments };
    let sides = Sides::of(&shape, table_first).map_err(KernelError::new)?;
    let keep_unmatched = call
        .arguments
        .iter()
        .flatten()
        .any(|argument| matches!(argument, PluginArgument::Constant(Value::Bool(true))));
    let (source_rows, table_rows) = matches(source, table, &sides, parse, keep_unmatched);
    let (source_rows, table_rows) = (UInt32Array::from(source_rows), UInt32Array::from(table_rows));
    let from_source = source.columns.iter().map(|column| column.take(&source_rows));
    let from_table = sides.table_columns().map(|index| table.columns[index].take(&table_rows));
    let columns: Vec<Column> = match table_first {
        true => from_table.chain(from_source).collect(),
        false => from_source.chain(from_table).collect(),
    };
    Ok(Batch::new(Arc::new(joined_schema(&sides)), columns, source_rows.len()))
}

/// Pairs of a source row and a table row, or of a source row and nothing.
fn matches(
    source: &Batch,
    table: &Batch,
    sides: &Sides<'_>,
    parse: fn(&str) -> Option<Network>,
    keep_unmatched: bool,
) -> (Vec<u32>, Vec<Option<u32>>) {
    let networks = Networks::new(&table.columns[sides.table_key].to_text(), parse);
    let addresses = source.columns[sides.source_key].to_text();
    let extra_keys: Vec<(StringViewArray, StringViewArray)> = (sides.extra_keys.iter())
        .map(|(left, right)| (source.columns[*left].to_text(), table.columns[*right].to_text()))
        .collect();
    let (mut source_rows, mut table_rows) = (Vec::new(), Vec::new());
    for row in 0..source.rows {
        let mut found =
            parse(addresses.value(row)).map(|address| networks.around(&address)).unwrap_or_default();
        found.retain(|other| {
            extra_keys.iter().all(|(left, right)| left.value(row) == right.value(*other as usize))
        });
        found.sort_unstable();
        let unmatched = (found.is_empty() && keep_unmatched).then_some(None);
        for other in found.into_iter().map(Some).chain(unmatched) {
            source_rows.push(row as u32);
            table_rows.push(other);
        }
    }
    (source_rows, table_rows)
}

/// The networks of the lookup table, to be found by address: one hash look-up for each length of prefix that occurs.
struct Networks {
    rows: HashMap<(u32, u128), Vec<u32>>,
    list: Vec<(Network, u32)>,
    lengths: Vec<u32>,
}

impl Networks {
    fn new(texts: &StringViewArray, parse: fn(&str) -> Option<Network>) -> Self {
        let mut networks = Self { rows: HashMap::new(), list: Vec::new(), lengths: Vec::new() };
        for row in 0..texts.len() {
            let Some(network) = parse(texts.value(row)) else { continue };
            networks.list.push((network, row as u32));
            networks.rows.entry((network.bits, network.cut(network.bits))).or_default().push(row as u32);
            networks.lengths.push(network.bits);
        }
        networks.lengths.sort_unstable();
        networks.lengths.dedup();
        networks
    }

    /// The rows that agree with an address in the bits that count on both sides.
    fn around(&self, address: &Network) -> Vec<u32> {
        let mut found = Vec::new();
        for bits in self.lengths.iter().copied().filter(|bits| *bits <= address.bits) {
            found.extend(self.rows.get(&(bits, address.cut(bits))).into_iter().flatten());
        }
        if self.lengths.last().is_some_and(|longest| *longest > address.bits) {
            let inside = |network: &Network| {
                network.bits > address.bits && network.cut(address.bits) == address.cut(address.bits)
            };
            found.extend(self.list.iter().filter(|(network, _)| inside(network)).map(|(_, row)| *row));
        }
        found
    }
}
