use std::{
    borrow::Cow,
    fmt,
    io::{ErrorKind, Write},
};

use anstyle::{AnsiColor, Effects, Style};
use anyhow::Context;
use hikyaku::model::{Object, Violation};
use serde::Serialize;

const WARNING: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);

/// Where answers go: stdout, as text or as one JSON document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether JSON is wanted.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Prints an answer: the value as JSON, or the text.
    pub(crate) fn print(
        self,
        value: &impl Serialize,
        text: impl fmt::Display,
    ) -> anyhow::Result<()> {
        if self.json { print(serde_json::to_string(value)?) } else { print(text) }
    }

    /// Tells a person something on stderr that no script needs.
    pub(crate) fn note(self, text: &str) {
        if !self.json {
            // What was done is done, whether somebody listens or not.
            let _ = writeln!(anstream::stderr(), "note: {text}");
        }
    }

    /// Warns on stderr of a value that is sent or printed all the same.
    pub(crate) fn warn(self, warning: &Violation) {
        self.warn_of(None, warning);
    }

    /// As [`warn`](Self::warn), of a value in this line of a file.
    pub(crate) fn warn_of_line(self, number: u64, warning: &Violation) {
        self.warn_of(Some(number), warning);
    }

    fn warn_of(self, line: Option<u64>, warning: &Violation) {
        let mut stderr = anstream::stderr().lock();
        // What is done is done, whether somebody listens or not.
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

    /// Tells on stderr, apart from the answer, what must be known before it goes on.
    pub(crate) fn aside(self, value: &impl Serialize, text: &str) -> anyhow::Result<()> {
        let line = if self.json { serde_json::to_string(value)? } else { format!("note: {text}") };
        writeln!(anstream::stderr(), "{line}").context("cannot write to stderr")
    }

    /// Prints that something is done that has no answer but `{}`.
    pub(crate) fn done(self, text: impl fmt::Display) -> anyhow::Result<()> {
        self.print(&Object::new(), text)
    }
}

/// Prints a text as it is.
pub(crate) fn print(text: impl fmt::Display) -> anyhow::Result<()> {
    // Who reads no further, as `head` does, has what they wanted.
    is_read(text).map(drop)
}

/// Prints a text as it is. Whether somebody may still read it.
pub(crate) fn is_read(text: impl fmt::Display) -> anyhow::Result<bool> {
    let mut stdout = anstream::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        result => result.map(|()| true).context("cannot write to stdout"),
    }
}

/// A text of others without what would steer the terminal.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    } else {
        text.into()
    }
}
