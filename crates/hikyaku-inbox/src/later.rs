use std::time::Duration;

use hikyaku_model::{Action, Message, template::ButtonsTemplate};
use hikyaku_sender::NewDelivery;

/// The first word in the data of the inbox's buttons.
const WORD: &str = "hikyaku-answer";

/// A button for an answer that comes too late for its reply token, if the bot does not push: a tap brings a new reply
/// token, and replies are free.
///
/// Shortly before the question's reply token expires, the button is sent with it. A tap fetches the answer as soon as
/// it is available. An answer that is too long for one reply works the same way: it ends with a button for the rest.
///
/// The events of a chat are handled one after the other, so a tap waits for the answer that is being made. It receives
/// the answer while its own token is valid; after that, the button may be tapped again.
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
    /// Creates a button with the bot's text, at most 160 characters, and the label, at most 20.
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

    /// Sets the text above the button of an answer that continues, at most 160 characters; the default is `…`.
    pub fn more(mut self, text: impl Into<String>) -> Self {
        self.more = text.into();
        self
    }

    /// Sets how long after the question the button is sent if there is no answer by then; the default is 45 seconds. A
    /// reply token is valid for one minute.
    pub fn after(mut self, wait: Duration) -> Self {
        self.after = wait;
        self
    }

    /// Sets the outbox channel that sends the button and the answers it fetches; the default is `default`.
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

    /// Returns the button for a part of the answer to this event.
    pub(crate) fn button(&self, event_id: &str, part: i64) -> Message {
        let text = if part == 0 { &self.text } else { &self.more };
        let action = Action::postback(&self.label, format!("{WORD}={event_id}:{part}"));
        Message::template(ButtonsTemplate::new(text, [action]))
    }
}

/// Returns the event and the part in a button's data.
pub(crate) fn asked_for(data: &str) -> Option<(&str, i64)> {
    let (event_id, part) = data.strip_prefix(WORD)?.strip_prefix('=')?.rsplit_once(':')?;
    Some((event_id, part.parse().ok()?))
}
