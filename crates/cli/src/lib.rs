//! The command line of `kql`, on top of parser, planner and executor.
//!
//! - [`args`]: what the user may write. [`commands`]: what is done with it. [`exit`]: how it ends.
//! - [`source`] -> [`session`] -> [`answer`]: a query's text, what runs it, what it gives.
//! - `rule_pack` -> [`rule_run`] -> [`report`]: rules, what runs them, what is told of them.
//! - `rule_pack` -> `check`: rules, and what is wrong with them without running them.
//! - `rule_pack` -> `rule_test`: rules, and whether they give what their tests say.
//! - `trace`: a rule step by step. `changes`: waits until rules or data change.
//! - `rule_files`, `function_files`: the `.kql` files of functions.
//! - [`failure`], [`diagnostics`], [`notes`], [`progress`], `first_rows`: what people are told. [`terminal`]: what they can see.
//!   `this_machine`: its memory. `time_zone`: where datetimes are looked at.
//! - [`output`]: the formats of results. [`pager`]: long ones on the screen. `chart`: what `render` draws.
//!   `page`: HTML, `markup`: text in it and in XML.
//! - [`repl`]: the interactive session. [`config`]: its settings.

pub mod answer;
pub mod args;
mod asked_tables;
mod changes;
mod chart;
mod check;
pub mod commands;
pub mod config;
pub mod diagnostics;
pub mod exit;
pub mod failure;
mod first_rows;
mod function_files;
mod markup;
pub mod notes;
pub mod output;
mod page;
mod pager;
mod progress;
pub mod repl;
pub mod report;
mod rule_files;
mod rule_pack;
pub mod rule_run;
mod rule_test;
pub mod session;
pub mod source;
mod terminal;
mod this_machine;
mod time_zone;
mod trace;
