use hikyaku_sender::Time;

use super::row::KeptState;

/// A filter for events: those that satisfy every field that is set. The default matches every event, and a list returns
/// the 100 newest.
///
/// The state of dead letters, an event's id and `before` are served by an index; every other field is compared row by
/// row.
///
/// ```
/// use hikyaku_inbox::{EventFilter, KeptState};
///
/// let dead = EventFilter::default().state(KeptState::Dead).error("timed out");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventFilter {
    /// The accepted states; any state if empty.
    pub states: Vec<KeptState>,
    /// The user, group or room.
    pub chat: Option<String>,
    /// LINE's `webhookEventId`, for any bot.
    pub event_id: Option<String>,
    /// A part of the error of the last attempt, compared literally.
    pub error: Option<String>,
    /// The earliest time of arrival, inclusive.
    pub received_since: Option<Time>,
    /// The latest time of arrival, exclusive.
    pub received_before: Option<Time>,
    /// Matches only smaller ids, to continue after a full page.
    pub before: Option<i64>,
    /// The maximum length of a list, newest first. Commands on all matching events ignore it.
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
    /// Adds a state to `states`; several calls match any of their states.
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
