use std::fmt;

use anstyle::{AnsiColor, Effects, Style};
use serde::Serialize;

use crate::output::{self, Output, visible};

const NEXT: Style = Style::new().effects(Effects::DIMMED);

/// The result of one check.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    check: &'static str,
    state: State,
    message: String,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    /// The result cannot be determined from here.
    Unknown,
    /// Messages arrive, though perhaps not all, or not for long.
    Warning,
    /// Messages do not arrive.
    Problem,
}

/// All findings; each is printed when it is added.
pub(super) struct Findings {
    output: Output,
    all: Vec<Finding>,
}

impl Finding {
    pub(super) fn ok(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, state: State::Ok, message: message.into(), next: None }
    }

    pub(super) fn unknown(check: &'static str, message: impl Into<String>, next: &str) -> Self {
        Self::with(State::Unknown, check, message.into(), next)
    }

    pub(super) fn warning(check: &'static str, message: impl Into<String>, next: &str) -> Self {
        Self::with(State::Warning, check, message.into(), next)
    }

    pub(super) fn problem(check: &'static str, message: impl Into<String>, next: &str) -> Self {
        Self::with(State::Problem, check, message.into(), next)
    }

    /// LINE did not say.
    pub(super) fn not_told(check: &'static str, why: &hikyaku::Error) -> Self {
        Self::unknown(
            check,
            format!("LINE does not say: {why}"),
            "run `hikyaku doctor` again later",
        )
    }

    fn with(state: State, check: &'static str, message: String, next: &str) -> Self {
        Self { check, state, message, next: Some(next.to_owned()) }
    }
}

impl Findings {
    pub(super) fn new(output: Output) -> Self {
        Self { output, all: Vec::new() }
    }

    pub(super) fn add(&mut self, finding: Finding) -> anyhow::Result<()> {
        if !self.output.is_json() {
            output::print(&finding)?;
        }
        self.all.push(finding);
        Ok(())
    }

    /// Fails if there is a problem.
    pub(super) fn end(self) -> anyhow::Result<()> {
        #[derive(Serialize)]
        struct Document<'a> {
            findings: &'a [Finding],
        }

        if self.output.is_json() {
            output::print(serde_json::to_string(&Document { findings: &self.all })?)?;
        }
        let problems = self.all.iter().filter(|finding| finding.state == State::Problem).count();
        match problems {
            0 => Ok(()),
            1 => Err(anyhow::anyhow!("one problem keeps messages from arriving")),
            _ => Err(anyhow::anyhow!("{problems} problems keep messages from arriving")),
        }
    }
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Ok => AnsiColor::Green.on_default(),
            Self::Unknown => NEXT,
            Self::Warning => AnsiColor::Yellow.on_default().effects(Effects::BOLD),
            Self::Problem => AnsiColor::Red.on_default().effects(Effects::BOLD),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (style, word) = (self.state.style(), self.state.word());
        write!(f, "{style}{word:<8}{style:#} {:<9} {}", self.check, visible(&self.message))?;
        match &self.next {
            Some(next) => write!(f, "\n{:19}{NEXT}next: {}{NEXT:#}", "", visible(next)),
            None => Ok(()),
        }
    }
}
