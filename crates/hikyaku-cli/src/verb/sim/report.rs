//! How a scenario went: for people, and in the `JUnit` form.

use std::fmt;

use anstyle::{AnsiColor, Effects, Style};

use serde::Serialize;

use crate::output::visible;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);

/// How a step went.
#[derive(Serialize)]
pub(super) struct Outcome {
    pub(super) name: String,
    pub(super) ok: bool,
    pub(super) milliseconds: u64,
    /// What differs, line by line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) diff: Option<String>,
}

/// The steps, each with what differs.
pub(super) struct Lines<'a>(pub(super) &'a [Outcome]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for outcome in self.0 {
            let (style, word) = if outcome.ok { (GOOD, "ok    ") } else { (BAD, "FAILED") };
            writeln!(f, "{style}{word}{style:#} {}", visible(&outcome.name))?;
            for line in outcome.diff.iter().flat_map(|diff| diff.lines()) {
                let style = match line.as_bytes().first() {
                    Some(b'-' | b'!') => BAD,
                    Some(b'+') => GOOD,
                    _ => Style::new(),
                };
                writeln!(f, "       {style}{}{style:#}", visible(line))?;
            }
        }
        let failed = self.0.iter().filter(|outcome| !outcome.ok).count();
        write!(f, "{} steps, {failed} failed", self.0.len())
    }
}

/// The steps in the form of `JUnit`, which CI systems read.
pub(super) fn junit(file: &str, outcomes: &[Outcome]) -> String {
    let seconds = |milliseconds: u64| format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
    let failed = outcomes.iter().filter(|outcome| !outcome.ok).count();
    let took = outcomes.iter().map(|outcome| outcome.milliseconds).sum();
    let (tests, took, file) = (outcomes.len(), seconds(took), escaped(file));
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{tests}\" failures=\"{failed}\" time=\"{took}\">\n  \
         <testsuite name=\"{file}\" tests=\"{tests}\" failures=\"{failed}\" time=\"{took}\">\n"
    );
    for (index, outcome) in outcomes.iter().enumerate() {
        let name = escaped(&format!("{}: {}", index + 1, outcome.name));
        let took = seconds(outcome.milliseconds);
        let case = format!("    <testcase classname=\"{file}\" name=\"{name}\" time=\"{took}\"");
        xml.extend([
            case,
            outcome.diff.as_ref().map_or_else(|| "/>\n".to_owned(), |diff| failure(diff)),
        ]);
    }
    xml + "  </testsuite>\n</testsuites>\n"
}

/// The end of a step that failed.
fn failure(diff: &str) -> String {
    let diff = escaped(diff);
    format!("><failure message=\"the bot sent something else\">{diff}</failure></testcase>\n")
}

/// A text as XML has it. Characters that XML does not have are left out.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => xml += "&amp;",
            '<' => xml += "&lt;",
            '>' => xml += "&gt;",
            '"' => xml += "&quot;",
            '\n' => xml += "\n",
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => {}
            letter => xml.push(letter),
        }
    }
    xml
}
