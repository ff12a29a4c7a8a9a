//! When a rule runs, and when what it finds is an alert.
//!
//! <https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview>

/// How often a rule runs, over which time, and when it alerts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// How often it runs, in ticks of 100 ns.
    pub frequency: Option<i64>,
    /// How far it looks back, in ticks of 100 ns.
    pub period: Option<i64>,
    /// How many rows make an alert.
    pub trigger: Trigger,
}

/// A condition on the number of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// How the number is compared.
    pub comparison: Comparison,
    /// With what.
    pub threshold: u64,
}

impl Default for Trigger {
    /// Any row is an alert: what a rule means that says nothing.
    fn default() -> Self {
        Self { comparison: Comparison::Greater, threshold: 0 }
    }
}

impl Trigger {
    /// Whether so many rows are an alert.
    pub fn is_met(self, rows: u64) -> bool {
        match self.comparison {
            Comparison::Greater => rows > self.threshold,
            Comparison::Less => rows < self.threshold,
            Comparison::Equal => rows == self.threshold,
            Comparison::NotEqual => rows != self.threshold,
        }
    }
}

/// A trigger's operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `gt`, `GreaterThan`.
    Greater,
    /// `lt`, `LessThan`.
    Less,
    /// `eq`, `Equal`.
    Equal,
    /// `ne`, `NotEqual`.
    NotEqual,
}

impl Comparison {
    /// Reads the spellings of rule files and of the portal's exports.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "gt" | "greaterthan" => Some(Comparison::Greater),
            "lt" | "lessthan" => Some(Comparison::Less),
            "eq" | "equal" | "equals" => Some(Comparison::Equal),
            "ne" | "notequal" | "notequals" => Some(Comparison::NotEqual),
            _ => None,
        }
    }

    /// As the portal's exports write it.
    pub fn name(self) -> &'static str {
        match self {
            Comparison::Greater => "GreaterThan",
            Comparison::Less => "LessThan",
            Comparison::Equal => "Equal",
            Comparison::NotEqual => "NotEqual",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_is_met_by_the_number_of_rows() {
        let met = |operator: &str, rows| {
            let comparison = Comparison::parse(operator).unwrap();
            Trigger { comparison, threshold: 2 }.is_met(rows)
        };
        assert_eq!([1, 2, 3].map(|rows| met("gt", rows)), [false, false, true]);
        assert_eq!([1, 2, 3].map(|rows| met("LessThan", rows)), [true, false, false]);
        assert_eq!([1, 2, 3].map(|rows| met("Equal", rows)), [false, true, false]);
        assert_eq!([1, 2, 3].map(|rows| met("ne", rows)), [true, false, true]);
        assert!(Trigger::default().is_met(1) && !Trigger::default().is_met(0));
        assert!(Comparison::parse("more").is_none());
    }
}
