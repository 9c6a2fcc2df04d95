use std::time::Duration;

use hikyaku_model::{Action, Message, template::ButtonsTemplate};
use hikyaku_sender::NewDelivery;

/// The word that the data of our buttons begin with.
const WORD: &str = "hikyaku-answer";

/// How people get an answer that comes too late for its reply token, where the bot pushes nothing: they tap a button, which
/// brings a new reply token, and replies are free.
///
/// Shortly before the question's reply token ends, the button is sent by it. Who taps gets the answer, or as soon as it is
/// there. So does what is too long for one reply: its end is a button that brings more.
///
/// The events of a chat are handled one after the other, and so a tap waits for the answer that is being made. It gets it
/// within its own minute; after that, the button may be tapped again.
///
/// ```
/// use hikyaku_inbox::{Later, Settings};
///
/// let settings = Settings::default().by_button(Later::new("I am still thinking.", "Get the answer"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Later {
    text: String,
    label: String,
    more: String,
    after: Duration,
    channel: Option<String>,
}

impl Later {
    /// What the bot says, at most 160 characters, and what stands on the button, at most 20.
    pub fn new(text: impl Into<String>, label: impl Into<String>) -> Self {
        let more = "…".to_owned();
        Self {
            text: text.into(),
            label: label.into(),
            more,
            after: Duration::from_secs(45),
            channel: None,
        }
    }

    /// What the bot says above the button of an answer that goes on, at most 160 characters; `…` unless set.
    pub fn more(mut self, text: impl Into<String>) -> Self {
        self.more = text.into();
        self
    }

    /// How long after the question the button is sent, if no answer was given by then; 45 seconds unless set. LINE takes a
    /// reply token for a minute.
    pub fn after(mut self, wait: Duration) -> Self {
        self.after = wait;
        self
    }

    /// The channel of the outbox that sends the button, and what it fetches; `default` unless set.
    pub fn channel(mut self, name: impl Into<String>) -> Self {
        self.channel = Some(name.into());
        self
    }

    pub(crate) fn channel_name(&self) -> Option<&str> {
        self.channel.as_deref()
    }

    /// By its channel.
    pub(crate) fn sent(&self, send: NewDelivery) -> NewDelivery {
        match &self.channel {
            Some(channel) => send.channel(channel),
            None => send,
        }
    }

    pub(crate) fn wait(&self) -> Duration {
        self.after
    }

    /// The button for a part of the answer to this event.
    pub(crate) fn button(&self, event_id: &str, part: i64) -> Message {
        let text = if part == 0 { &self.text } else { &self.more };
        let action = Action::postback(&self.label, format!("{WORD}={event_id}:{part}"));
        Message::template(ButtonsTemplate::new(text, [action]))
    }
}

/// The event and the part that a button's data names.
pub(crate) fn asked_for(data: &str) -> Option<(&str, i64)> {
    let (event_id, part) = data.strip_prefix(WORD)?.strip_prefix('=')?.rsplit_once(':')?;
    Some((event_id, part.parse().ok()?))
}
