//! A conversation in a file: what people did, and what the bot said to it.

use std::fmt::Write;

use hikyaku::model::Object;
use hikyaku_sim::Seed;
use serde::Deserialize;
use serde_json::Value;
use toml::Table;

use crate::table::{self, line_of, one_line};

/// A scenario: what the simulator begins with, as a seed has it, and the steps.
pub(super) struct Scenario {
    pub(super) seed: Seed,
    pub(super) steps: Vec<Step>,
}

/// What happens, and what the bot is to send to the chat then.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// Who does it.
    pub(super) who: Option<String>,
    /// The group or room where it happens, by name or id; without it the chat with the account alone.
    pub(super) chat: Option<String>,
    /// A text that is said.
    pub(super) says: Option<String>,
    /// A message of another kind, as its event has it.
    pub(super) sends: Option<Object>,
    /// The data of a postback, and what was picked with it.
    pub(super) taps: Option<String>,
    pub(super) params: Option<Object>,
    /// Something else: `follow`, `block`, `join` or `leave`.
    pub(super) does: Option<String>,
    /// How long passes first, by the simulator's clock.
    pub(super) wait: Option<String>,
    /// The messages: a text for a text message, or LINE's own object. Nothing where the bot is to be silent.
    #[serde(default)]
    pub(super) bot: Vec<Value>,
}

impl Scenario {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut document: Table = table::parse(text)?;
        let steps = document.remove("step");
        let steps = steps.and_then(|steps| steps.as_array().cloned()).unwrap_or_default();
        if steps.is_empty() {
            return Err("there is no step; add a table [[step]]".to_owned());
        }
        let seed =
            document.try_into().map_err(|error: toml::de::Error| one_line(error.message()))?;
        let steps = steps.into_iter().enumerate().map(|(index, step)| {
            let at = |why: String| {
                let line = line_of(text, &format!("step[{index}]")).unwrap_or(0);
                format!("line {line}: step {}: {why}", index + 1)
            };
            let step: Step =
                step.try_into().map_err(|error: toml::de::Error| at(one_line(error.message())))?;
            step.check().map_err(at)?;
            Ok(step)
        });
        Ok(Self { seed, steps: steps.collect::<Result<_, String>>()? })
    }
}

impl Step {
    /// What it is called in a report.
    pub(super) fn title(&self) -> String {
        let who = self.who.as_deref().unwrap_or("nobody");
        let mut title = match (&self.says, &self.sends, &self.taps, &self.does) {
            (Some(text), ..) => format!("{who} says {text:?}"),
            (_, Some(message), ..) => {
                let kind = message.get("type").and_then(Value::as_str).unwrap_or("message");
                format!("{who} sends a message of the type {kind}")
            }
            (_, _, Some(data), _) => format!("{who} taps {data:?}"),
            (.., Some(act)) => format!("{who} does {act}"),
            _ => format!("{} passes", self.wait.as_deref().unwrap_or("no time")),
        };
        if let Some(chat) = &self.chat {
            let _ = write!(title, " in {chat}");
        }
        title
    }

    fn check(&self) -> Result<(), String> {
        let acts =
            [self.says.is_some(), self.sends.is_some(), self.taps.is_some(), self.does.is_some()];
        let acts = acts.into_iter().filter(|given| *given).count();
        if acts > 1 {
            return Err("give one of says, sends, taps and does".to_owned());
        }
        if acts == 0 && self.wait.is_none() {
            return Err("nothing happens; give one of says, sends, taps, does and wait".to_owned());
        }
        if acts == 1 && self.who.is_none() {
            return Err("say by `who` it is".to_owned());
        }
        if self.params.is_some() && self.taps.is_none() {
            return Err("params are of taps".to_owned());
        }
        match self.does.as_deref() {
            None | Some("follow" | "block" | "join" | "leave") => {}
            Some(other) => {
                return Err(format!("{other} is not one of follow, block, join and leave"));
            }
        }
        for message in &self.bot {
            if !message.is_string() && !message.is_object() {
                return Err("bot is a list of texts and of LINE's message objects".to_owned());
            }
        }
        Ok(())
    }
}

/// A value as TOML has it in one line. TOML has no null: an entry of that value is left out.
pub(super) fn inline(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items = items.iter().filter(|item| !item.is_null()).map(inline);
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let fields = fields.map(|(name, value)| format!("{} = {}", key(name), inline(value)));
            let fields = fields.collect::<Vec<_>>();
            if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }
        }
        other => other.to_string(),
    }
}

/// A text in quotes. JSON's escapes are TOML's, but for one character that TOML wants escaped.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { quoted(name) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read_as_the_same() {
        let value = json!({
            "text": "a \"b\" \\ \n\u{7f}\u{1}あ😀", "list": [1, 2.5, true, {}], "a b": { "c": "" },
        });
        let table: Table = format!("value = {}", inline(&value)).parse().unwrap();
        let back: Value = table["value"].clone().try_into().unwrap();
        assert_eq!(back, value);
    }

    #[test]
    fn a_step_that_makes_no_sense_is_refused_with_its_line() {
        for (text, why) in [
            ("", "there is no step"),
            ("[[step]]\nwho = \"A\"\n", "line 1: step 1: nothing happens"),
            ("[[step]]\nsays = \"a\"\n", "line 1: step 1: say by `who` it is"),
            (
                "\n[[step]]\nwho = \"A\"\nsays = \"a\"\ntaps = \"b\"\n",
                "line 2: step 1: give one of",
            ),
            ("[[step]]\nwho = \"A\"\nsay = \"a\"\n", "line 1: step 1: unknown field `say`"),
            ("[[step]]\nwho = \"A\"\ndoes = \"dance\"\n", "line 1: step 1: dance is not one of"),
            ("[[persn]]\n\n[[step]]\nwait = \"1h\"\n", "unknown field `persn`"),
        ] {
            let told = Scenario::parse(text).map(|_| ()).unwrap_err();
            assert!(told.starts_with(why), "{told}");
        }
    }
}
