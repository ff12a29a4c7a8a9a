//! Values in boxes, side by side.

use super::{Canvas, cell, cut};
use crate::chart::model::Fact;
use crate::terminal::display_width;

/// No box is wider, inside.
const WIDEST: usize = 40;

pub fn draw(out: &mut String, canvas: Canvas, facts: &[Fact]) {
    let inner = |fact: &Fact| {
        let text = display_width(&cut(&fact.text, WIDEST));
        text.max(display_width(&cut(&fact.name, WIDEST))).min(canvas.width - 4)
    };
    let mut rest = facts;
    while !rest.is_empty() {
        let mut taken = 0;
        let fit = rest.iter().take_while(|fact| {
            taken += inner(fact) + 5;
            taken <= canvas.width + 1
        });
        let (line, later) = rest.split_at(fit.count().max(1));
        write_boxes(out, canvas, line, inner);
        rest = later;
    }
}

fn write_boxes(out: &mut String, canvas: Canvas, facts: &[Fact], inner: impl Fn(&Fact) -> usize) {
    let (dim, strong) = (canvas.dim(), canvas.strong());
    let join = |part: &dyn Fn(&Fact, usize) -> String| {
        let parts: Vec<String> = facts.iter().map(|fact| part(fact, inner(fact))).collect();
        parts.join(" ") + "\n"
    };
    *out += &join(&|_, width| format!("{dim}╭{}╮{dim:#}", "─".repeat(width + 2)));
    *out += &join(&|fact, width| {
        format!("{dim}│{dim:#} {strong}{}{strong:#} {dim}│{dim:#}", cell(&fact.text, width, false))
    });
    *out += &join(&|fact, width| format!("{dim}│ {} │{dim:#}", cell(&fact.name, width, false)));
    *out += &join(&|_, width| format!("{dim}╰{}╯{dim:#}", "─".repeat(width + 2)));
}
