use std::{fmt, str::FromStr};

use hikyaku_sender::{Datum, Error, Time, Transaction};
use serde::{Serialize, Serializer};

pub(super) const COLUMNS: &str = "id, destination, event_id, chat, at, received_at, body, state, unanswered, late, attempts, due, error, done_at";

/// An event in the inbox, as shown to people.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct KeptEvent {
    /// The event's number in the inbox.
    pub id: i64,
    /// The user id of the bot to which it is addressed; empty if LINE named none.
    pub destination: String,
    /// LINE's `webhookEventId`, or a generated id if there is none.
    pub event_id: String,
    /// The bot's id, a blank, and the user, group or room of the event. An event without a chat has a chat of its own.
    pub chat: String,
    /// The time of the event, by LINE's clock.
    pub at: Time,
    /// The time at which it was received, or received again.
    pub received_at: Time,
    /// The unchanged JSON of the event.
    #[serde(serialize_with = "as_json")]
    pub body: String,
    /// The state.
    pub state: KeptState,
    /// Whether a later event of its chat was handled before it.
    pub late: bool,
    /// The number of attempts begun.
    pub attempts: i64,
    /// The earliest time at which it is handled.
    pub due: Time,
    /// The reason why its last attempt failed, or why it was not answered.
    pub error: Option<String>,
    /// The time at which it was handled or dropped, or became a dead letter.
    pub done_at: Option<Time>,
}

/// Writes the JSON itself rather than a string that contains it.
fn as_json<S: Serializer>(body: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match serde_json::from_str::<serde_json::Value>(body) {
        Ok(json) => json.serialize(serializer),
        Err(_) => serializer.serialize_str(body),
    }
}

/// The state of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum KeptState {
    /// It waits to be handled or retried.
    Waiting,
    /// A process is handling it, or was when it was killed.
    Handling,
    /// It was handled, or no handler matched.
    Handled,
    /// All attempts failed. It is kept until an operator retries or drops it.
    Dead,
    /// An operator has dropped it.
    Dropped,
    /// It was handled, but the reply to it did not arrive, and no push replaces it. It is kept until an operator drops
    /// it.
    Unanswered,
}

impl KeptState {
    /// All states.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Handling, Self::Handled, Self::Dead, Self::Dropped, Self::Unanswered];

    /// Returns the name that is shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Handling => "handling",
            Self::Handled => "handled",
            Self::Dead => "dead",
            Self::Dropped => "dropped",
            Self::Unanswered => "unanswered",
        }
    }

    /// The condition for rows in this state.
    pub(super) const fn condition(self) -> &'static str {
        match self {
            Self::Waiting => "state = 0",
            Self::Handling => "state = 1",
            Self::Handled => "state = 2 AND unanswered = 0",
            Self::Dead => "state = 3",
            Self::Dropped => "state = 4",
            Self::Unanswered => "unanswered = 1",
        }
    }

    const fn of(code: i64, unanswered: bool) -> Self {
        match code {
            0 => Self::Waiting,
            1 => Self::Handling,
            2 if unanswered => Self::Unanswered,
            2 => Self::Handled,
            4 => Self::Dropped,
            _ => Self::Dead,
        }
    }
}

impl fmt::Display for KeptState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text is not the name of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownState;

impl fmt::Display for UnknownState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected waiting, handling, handled, dead, dropped or unanswered")
    }
}

impl std::error::Error for UnknownState {}

impl FromStr for KeptState {
    type Err = UnknownState;

    fn from_str(name: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.name() == name).ok_or(UnknownState)
    }
}

/// Reads the rows of a statement that returns [`COLUMNS`].
pub(super) async fn read(
    tx: &mut Transaction<'_>,
    sql: &str,
    params: &[Datum],
) -> Result<Vec<KeptEvent>, Error> {
    let rows = tx.query(sql, params).await?;
    Ok(rows.into_iter().map(|row| one(&mut Row(row.into_iter()))).collect())
}

fn one(row: &mut Row) -> KeptEvent {
    KeptEvent {
        id: row.number(),
        destination: row.text(),
        event_id: row.text(),
        chat: row.text(),
        at: row.time(),
        received_at: row.time(),
        body: row.text(),
        state: KeptState::of(row.number(), row.number() == 1),
        late: row.number() != 0,
        attempts: row.number(),
        due: row.time(),
        error: row.text_if_any(),
        done_at: row.next().as_integer().map(Time::from_millis),
    }
}

/// The values of a row, in order. Nullable columns have their own readers.
pub(super) struct Row(pub(super) std::vec::IntoIter<Datum>);

impl Row {
    fn next(&mut self) -> Datum {
        self.0.next().unwrap_or(Datum::Null)
    }

    pub(super) fn number(&mut self) -> i64 {
        self.next().as_integer().unwrap_or_default()
    }

    pub(super) fn time(&mut self) -> Time {
        Time::from_millis(self.number())
    }

    pub(super) fn text(&mut self) -> String {
        self.text_if_any().unwrap_or_default()
    }

    pub(super) fn text_if_any(&mut self) -> Option<String> {
        match self.next() {
            Datum::Text(text) => Some(text),
            _ => None,
        }
    }
}
