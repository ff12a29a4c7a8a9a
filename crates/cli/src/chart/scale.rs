//! Where values stand on an axis, and its ticks.

/// An axis of numbers, from one tick to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    pub from: f64,
    pub to: f64,
    pub ticks: Vec<f64>,
}

impl Scale {
    /// A scale that holds all values between two, with about so many steps between its ticks; the limits that the
    /// query sets stand as they are.
    pub fn around(least: f64, greatest: f64, steps: usize, limits: (Option<f64>, Option<f64>)) -> Self {
        let (mut least, mut greatest) = (limits.0.unwrap_or(least), limits.1.unwrap_or(greatest));
        if !(least.is_finite() && greatest.is_finite()) {
            (least, greatest) = (0.0, 1.0);
        }
        if least >= greatest {
            let room = if least == 0.0 { 1.0 } else { least.abs() * 0.5 };
            match limits {
                (None, Some(_)) => least = greatest - room,
                _ => greatest = least + room,
            }
        }
        let step = nice_step((greatest - least) / steps.max(1) as f64);
        let first = if limits.0.is_some() { (least / step).ceil() } else { (least / step + 1e-9).floor() };
        let last =
            if limits.1.is_some() { (greatest / step).floor() } else { (greatest / step - 1e-9).ceil() };
        let count = (last - first).clamp(0.0, 1000.0) as usize;
        let ticks: Vec<f64> = (0..=count).map(|number| (first + number as f64) * step).collect();
        Self {
            from: limits.0.unwrap_or(first * step).min(least),
            to: limits.1.unwrap_or(last * step).max(greatest),
            ticks,
        }
    }

    /// An axis from one value to another, with ticks between them.
    pub fn between(from: f64, to: f64, steps: usize) -> Self {
        let room = (from.abs() * 1e-3).max(0.5);
        let (from, to) = if from < to { (from, to) } else { (from - room, from + room) };
        let limits = (Some(from), Some(to));
        Self::around(from, to, steps, limits)
    }

    /// How far along a value is: 0 at the beginning, 1 at the end; beyond, it stands at the nearer one.
    pub fn part(&self, value: f64) -> f64 {
        ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }

    /// Whether a value lies on it.
    pub fn holds(&self, value: f64) -> bool {
        let room = (self.to - self.from) * 1e-9;
        (self.from - room..=self.to + room).contains(&value)
    }
}

/// The next of 1, 2, 5, 10, ... that is not smaller; from 25 on, also of 2.5: what is counted has no halves.
fn nice_step(step: f64) -> f64 {
    let size = 10_f64.powf(step.log10().floor());
    if !size.is_normal() {
        return 1.0;
    }
    let fits = |times: &f64| step <= times * size * (1.0 + 1e-9) && (*times != 2.5 || size >= 10.0);
    let times = [1.0, 2.0, 2.5, 5.0].into_iter().find(fits).unwrap_or(10.0);
    times * size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_the_values() {
        let scale = Scale::around(0.0, 17.0, 4, (None, None));
        assert_eq!((scale.from, scale.to, scale.ticks.len()), (0.0, 20.0, 5));
        let scale = Scale::around(-3.0, 17.0, 4, (None, None));
        assert_eq!(scale.ticks, [-5.0, 0.0, 5.0, 10.0, 15.0, 20.0]);
        assert_eq!(Scale::around(3.0, 3.0, 2, (None, None)).ticks.len(), 3);
    }

    #[test]
    fn limits_stand_as_they_are() {
        let scale = Scale::around(0.0, 17.0, 4, (Some(-1.5), Some(10.0)));
        assert_eq!((scale.from, scale.to), (-1.5, 10.0));
        assert_eq!(scale.ticks, [0.0, 5.0, 10.0]);
        assert!((scale.part(20.0) - 1.0).abs() < 1e-9);
        let scale = Scale::around(0.0, 17.0, 4, (Some(50.0), None));
        assert_eq!(scale.from, 50.0);
    }

    #[test]
    fn what_is_no_number_breaks_nothing() {
        for (least, greatest) in
            [(f64::NAN, 1.0), (f64::INFINITY, f64::NEG_INFINITY), (-1e308, 1e308), (5e-324, 5e-324)]
        {
            let scale = Scale::around(least, greatest, 4, (None, None));
            assert!(scale.ticks.len() < 1002);
            assert!((0.0..=1.0).contains(&scale.part(0.5)) || scale.part(0.5).is_nan());
        }
    }
}
