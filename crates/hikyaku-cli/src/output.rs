use std::{
    borrow::Cow,
    fmt,
    io::{ErrorKind, Write},
};

use anstyle::{AnsiColor, Effects, Style};
use anyhow::Context;
use hikyaku::model::{Object, Violation};
use serde::Serialize;

use crate::failure::{Failure, ended};

const WARNING: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);

/// The output of results: stdout, as text or as one JSON document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Returns whether JSON is requested.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Prints a result: the value as JSON, or the text.
    pub(crate) fn print(
        self,
        value: &impl Serialize,
        text: impl fmt::Display,
    ) -> anyhow::Result<()> {
        if self.json { print(serde_json::to_string(value)?) } else { print(text) }
    }

    /// Prints one of many results that come as long as somebody reads them; the command ends with its reader.
    pub(crate) fn print_to_reader(
        self,
        value: &impl Serialize,
        text: impl fmt::Display,
    ) -> anyhow::Result<()> {
        let is_read =
            if self.json { is_read(serde_json::to_string(value)?) } else { is_read(text) };
        if is_read? { Ok(()) } else { Err(ended(0)) }
    }

    /// Prints a note on stderr for people, not for scripts.
    pub(crate) fn note(self, text: &str) {
        if !self.json {
            // The work is done, whether somebody reads the note or not.
            let _ = writeln!(anstream::stderr(), "note: {text}");
        }
    }

    /// Warns on stderr about a value that is sent or printed nevertheless.
    pub(crate) fn warn(self, warning: &Violation) {
        self.warn_of(None, warning);
    }

    /// Warns about a value in this line of a file, like [`warn`](Self::warn).
    pub(crate) fn warn_of_line(self, number: u64, warning: &Violation) {
        self.warn_of(Some(number), warning);
    }

    fn warn_of(self, line: Option<u64>, warning: &Violation) {
        let mut stderr = anstream::stderr().lock();
        // The work is done, whether somebody reads the warning or not.
        let _ = if self.json {
            let text = |text: String| serde_json::Value::from(text);
            let (property, message) = (text(warning.property()), text(warning.problem.to_string()));
            let line = line.map_or_else(String::new, |line| format!(r#""line":{line},"#));
            writeln!(stderr, r#"{{"warning":{{{line}"property":{property},"message":{message}}}}}"#)
        } else {
            let line = line.map_or_else(String::new, |line| format!("line {line}: "));
            writeln!(stderr, "{WARNING}warning{WARNING:#}: {line}{}", visible(&warning.to_string()))
        };
    }

    /// Prints on stderr, separately from the result, what must be known before the command continues.
    pub(crate) fn aside(self, value: &impl Serialize, text: &str) -> anyhow::Result<()> {
        let line = if self.json { serde_json::to_string(value)? } else { format!("note: {text}") };
        writeln!(anstream::stderr(), "{line}").context("cannot write to stderr")
    }

    /// Prints the completion of an action whose result is `{}`.
    pub(crate) fn done(self, text: impl fmt::Display) -> anyhow::Result<()> {
        self.print(&Object::new(), text)
    }
}

/// Prints a text unchanged.
pub(crate) fn print(text: impl fmt::Display) -> anyhow::Result<()> {
    // A reader that stops early, such as `head`, has read enough.
    is_read(text).map(drop)
}

/// Prints a text unchanged. Returns whether somebody may still read.
pub(crate) fn is_read(text: impl fmt::Display) -> anyhow::Result<bool> {
    let mut stdout = anstream::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(why) => Err(Failure::Output(why.to_string()).into()),
        Ok(()) => Ok(true),
    }
}

/// Removes control sequences for the terminal from a text of others.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    } else {
        text.into()
    }
}
