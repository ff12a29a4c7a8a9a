//! Signatures as text: `strlen(string) -> long`.

use crate::{
    AggregateForm, AggregateFunction, AggregateOverload, Arity, Overload, ParameterCount, ParameterType,
    Plugin, PluginParameter, PluginParameterKind, Returns,
};

/// A signature of a scalar function, or of an operator where the name is no word.
pub fn scalar(name: &str, overload: &Overload) -> String {
    let parameters: Vec<String> = overload.parameters.iter().map(|&one| parameter(one)).collect();
    let result = returns(&overload.returns);
    match &parameters[..] {
        [left, right] if !is_word(name) => format!("{left} {name} {right} -> {result}"),
        _ => format!("{name}({}) -> {result}", list(&parameters, overload.arity)),
    }
}

/// The signatures of an aggregate.
pub fn aggregates(function: &AggregateFunction) -> Vec<String> {
    let name = function.names[0];
    let of_overload = |overload: &AggregateOverload| {
        let parameters: Vec<String> = overload.parameters.iter().map(|&one| parameter(one)).collect();
        format!("{name}({}) -> {}", list(&parameters, overload.arity), returns(&overload.returns))
    };
    match function.form {
        AggregateForm::Extreme { .. } => vec![format!("{name}(by, values, ...) -> a column each")],
        AggregateForm::First => vec![format!("{name}(values, ...) -> a column each")],
        AggregateForm::PerPoint { .. } | AggregateForm::Function => {
            function.overloads.iter().map(of_overload).collect()
        }
    }
}

/// The signature of a plugin.
pub fn plugin(plugin: &Plugin) -> String {
    let parameters: Vec<String> = plugin.parameters.iter().map(plugin_parameter).collect();
    format!("{}({})", plugin.names[0], parameters.join(", "))
}

/// Whether it is a name and not an operator's sign.
fn is_word(name: &str) -> bool {
    name.ends_with(|last: char| last.is_ascii_alphanumeric() || last == '_') && !name.starts_with('!')
}

fn parameter(parameter: ParameterType) -> String {
    match parameter {
        ParameterType::Exact(data_type) => data_type.name().to_owned(),
        ParameterType::ExactOrDynamic(data_type) => format!("{data_type}|dynamic"),
        ParameterType::Literal(data_type) => format!("{data_type} literal"),
        ParameterType::Text => "any as string".to_owned(),
        ParameterType::Number => "number".to_owned(),
        ParameterType::Integer => "integer".to_owned(),
        ParameterType::Any => "any".to_owned(),
        ParameterType::AnyButDynamic => "any but dynamic".to_owned(),
        ParameterType::Common | ParameterType::StrictCommon => "T".to_owned(),
    }
}

fn returns(returns: &Returns) -> String {
    match returns {
        Returns::Exact(data_type) => data_type.name().to_owned(),
        Returns::Argument(index) => format!("type of argument {}", index + 1),
        Returns::Promoted(index) => format!("type of argument {}, int as long", index + 1),
        Returns::Common => "T".to_owned(),
        Returns::Computed(_) => "by arguments".to_owned(),
    }
}

/// The parameters, with `[...]` around those that may be left out and `...` for those that repeat.
fn list(parameters: &[String], arity: Arity) -> String {
    match arity {
        Arity::Exact => parameters.join(", "),
        Arity::AtLeast(least) => {
            let (required, optional) = parameters.split_at(least.min(parameters.len()));
            let optional = optional.join(", ");
            match (required.is_empty(), optional.is_empty()) {
                (_, true) => required.join(", "),
                (true, false) => format!("[{optional}]"),
                (false, false) => format!("{} [, {optional}]", required.join(", ")),
            }
        }
        Arity::Repeat { .. } => format!("{}, ...", parameters.join(", ")),
        Arity::RepeatThenLast => match parameters.split_last() {
            Some((last, repeated)) => format!("{}, ..., {last}", repeated.join(", ")),
            None => String::new(),
        },
    }
}

fn plugin_parameter(parameter: &PluginParameter) -> String {
    let kind = match parameter.kind {
        PluginParameterKind::Column => "column".to_owned(),
        PluginParameterKind::ColumnOrDefault => "column or '~'".to_owned(),
        PluginParameterKind::TableColumn => "column of the table".to_owned(),
        PluginParameterKind::CommonColumn => "common column".to_owned(),
        PluginParameterKind::Constant(data_type) | PluginParameterKind::Expression(data_type) => {
            data_type.name().to_owned()
        }
        PluginParameterKind::AnyConstant => "any constant".to_owned(),
        PluginParameterKind::Table => "table".to_owned(),
        PluginParameterKind::Aggregate => "aggregate".to_owned(),
    };
    let text = format!("{}: {kind}", parameter.name);
    match parameter.count {
        ParameterCount::One => text,
        ParameterCount::Optional => format!("[{text}]"),
        ParameterCount::Repeated => format!("{text}, ..."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry;

    fn first_signature(name: &str) -> String {
        let function = registry::scalar(name).unwrap();
        scalar(name, &function.overloads[0])
    }

    #[test]
    fn signatures_read_like_calls() {
        assert_eq!(first_signature("strlen"), "strlen(string|dynamic) -> long");
        assert_eq!(first_signature("=="), "any == any -> by arguments");
        assert_eq!(list(&["a".to_owned(), "b".to_owned()], Arity::AtLeast(1)), "a [, b]");
        assert_eq!(list(&["a".to_owned()], Arity::AtLeast(0)), "[a]");
        assert_eq!(list(&["a".to_owned(), "b".to_owned()], Arity::RepeatThenLast), "a, ..., b");
    }
}
