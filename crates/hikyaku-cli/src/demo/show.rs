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

/// Runs steps one after the other, and tells of each what it did and how long that took.
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

    /// Runs a step: its text says what happened, its error what should have.
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
            "  {style}{mark}{style:#} {name:<13}{TIME}{:>9}{TIME:#}  {text}",
            short(time)
        ))?;
        let milliseconds = time.as_secs_f64() * 1000.0;
        self.steps.push(Step { name, ok, milliseconds, text });
        Ok(())
    }

    /// Says how it went in all.
    ///
    /// # Errors
    /// A step did not do what it says.
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

/// A time with the digits that matter.
fn short(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    if milliseconds < 1000.0 {
        format!("{milliseconds:.1} ms")
    } else {
        format!("{:.1} s", milliseconds / 1000.0)
    }
}
