use hikyaku_sender::Time;

use super::row::KeptState;

/// Which events are asked for: those that fit all of what is set. The default is every one, and of a list the 100 newest.
///
/// A state of dead letters, an event's id and a place before another are found quickly; everything else is compared row by row.
///
/// ```
/// use hikyaku_inbox::{EventFilter, KeptState};
///
/// let dead = EventFilter::default().state(KeptState::Dead).error("timed out");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventFilter {
    /// Only those in one of these states; in any where it is empty.
    pub states: Vec<KeptState>,
    /// Only those of this user, group or room.
    pub chat: Option<String>,
    /// Only the one with LINE's `webhookEventId`, for each bot.
    pub event_id: Option<String>,
    /// Only those whose last attempt failed with this text in its error, letter for letter.
    pub error: Option<String>,
    /// Only those that came then or later.
    pub received_since: Option<Time>,
    /// Only those that came earlier.
    pub received_before: Option<Time>,
    /// Only those with a smaller number, to go on after a full page.
    pub before: Option<i64>,
    /// A list has at most so many, newest first. What acts on all that fit does not heed it.
    pub limit: u32,
}

impl Default for EventFilter {
    fn default() -> Self {
        Self {
            states: Vec::new(),
            chat: None,
            event_id: None,
            error: None,
            received_since: None,
            received_before: None,
            before: None,
            limit: 100,
        }
    }
}

impl EventFilter {
    /// Adds to `states`: called again, those in the other state fit, too.
    pub fn state(mut self, state: KeptState) -> Self {
        self.states.push(state);
        self
    }

    /// Sets `chat`, see the field.
    pub fn chat(mut self, id: impl Into<String>) -> Self {
        self.chat = Some(id.into());
        self
    }

    /// Sets `event_id`, see the field.
    pub fn event_id(mut self, id: impl Into<String>) -> Self {
        self.event_id = Some(id.into());
        self
    }

    /// Sets `error`, see the field.
    pub fn error(mut self, text: impl Into<String>) -> Self {
        self.error = Some(text.into());
        self
    }

    /// Sets `received_since`, see the field.
    pub fn received_since(mut self, time: impl Into<Time>) -> Self {
        self.received_since = Some(time.into());
        self
    }

    /// Sets `received_before`, see the field.
    pub fn received_before(mut self, time: impl Into<Time>) -> Self {
        self.received_before = Some(time.into());
        self
    }

    /// Sets `before`, see the field.
    pub fn before(mut self, id: i64) -> Self {
        self.before = Some(id);
        self
    }

    /// Sets `limit`, see the field.
    pub fn limit(mut self, events: u32) -> Self {
        self.limit = events;
        self
    }
}
