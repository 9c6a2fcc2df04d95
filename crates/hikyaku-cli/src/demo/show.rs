use std::{
    fmt::Display,
    time::{Duration, Instant},
};

use anstyle::{AnsiColor, Effects, Style};
use hikyaku_sim::Sim;
use serde::Serialize;

use crate::output::{self, Output};

const TITLE: Style = Style::new().effects(Effects::BOLD);
const GOOD: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
const BAD: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
const TIME: Style = Style::new().effects(Effects::DIMMED);

/// The column at which the text of a step begins.
const INDENT: usize = 28;

/// Runs steps one after the other, and prints the result and the duration of each.
pub(super) struct Show {
    output: Output,
    steps: Vec<Step>,
}

#[derive(Serialize)]
struct Step {
    name: &'static str,
    ok: bool,
    milliseconds: f64,
    text: String,
}

impl Show {
    pub(super) fn begin(output: Output) -> anyhow::Result<Self> {
        let show = Self { output, steps: Vec::new() };
        show.say(format_args!(
            "{TITLE}A program and LINE, both on this machine; no account is needed{TITLE:#}\n"
        ))?;
        Ok(show)
    }

    /// Runs a step. Its text says what happened; its error says what should have happened.
    pub(super) async fn step(
        &mut self,
        name: &'static str,
        step: impl Future<Output = anyhow::Result<String>>,
    ) -> anyhow::Result<()> {
        let began = Instant::now();
        let outcome = step.await;
        let time = began.elapsed();
        let ok = outcome.is_ok();
        let text = outcome.unwrap_or_else(|error| format!("{error:#}"));
        let (style, mark) = if ok { (GOOD, "✓") } else { (BAD, "✗") };
        self.say(format_args!(
            "  {style}{mark}{style:#} {name:<13}{TIME}{:>9}{TIME:#}  {}",
            short(time),
            wrapped(&text, INDENT, terminal_width())
        ))?;
        let milliseconds = time.as_secs_f64() * 1000.0;
        self.steps.push(Step { name, ok, milliseconds, text });
        Ok(())
    }

    /// Prints the overall result.
    ///
    /// # Errors
    /// A step failed.
    pub(super) fn end(self, sim: &Sim) -> anyhow::Result<()> {
        #[derive(Serialize)]
        struct Document<'a> {
            steps: &'a [Step],
            api_url: String,
            data_url: String,
            token: &'a str,
        }

        let (good, all) = (self.steps.iter().filter(|step| step.ok).count(), self.steps.len());
        if self.output.is_json() {
            let token = sim.channel_token();
            let document = Document {
                steps: &self.steps,
                api_url: sim.api_url(),
                data_url: sim.data_url(),
                token: token.expose(),
            };
            self.output.print(&document, "")?;
        }
        anyhow::ensure!(good == all, "{} of {all} steps did not do what they say", all - good);
        self.say(format_args!(
            "\nAll {all} steps did what they say; each was checked against what people received"
        ))
    }

    fn say(&self, text: impl Display) -> anyhow::Result<()> {
        if self.output.is_json() { Ok(()) } else { output::print(text) }
    }
}

/// Returns the width of the terminal in characters; without a terminal nothing is cut.
fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(usize::MAX, |(width, _)| usize::from(width.0))
}

/// Wraps a text that begins at a column, so that all of it stays to the right of that column.
fn wrapped(text: &str, column: usize, width: usize) -> String {
    let room = width.saturating_sub(column).max(20);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a first line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= room {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.join(&format!("\n{:column$}", ""))
}

/// Formats a duration with its significant digits.
fn short(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    if milliseconds < 1000.0 {
        format!("{milliseconds:.1} ms")
    } else {
        format!("{:.1} s", milliseconds / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn a_text_stays_right_of_its_column() {
        assert_eq!(
            wrapped("one two three four five six", 4, 24),
            "one two three four\n    five six"
        );
        assert_eq!(wrapped("one two", 4, usize::MAX), "one two");
        let word = "a-word-that-is-longer-than-any-line";
        assert_eq!(wrapped(&format!("{word} b"), 4, 10), format!("{word}\n    b"));
    }
}
