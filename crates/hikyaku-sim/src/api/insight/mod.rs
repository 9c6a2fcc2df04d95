//! Statistics, of what has happened in the simulator. Those that LINE calls ready on the next day are so here, by the
//! simulator's clock and in Japan's days.

pub(super) mod delivery;
pub(super) mod demographic;
pub(super) mod event;
pub(super) mod followers;
pub(super) mod rich_menu;
pub(super) mod unit;

use http::StatusCode;
use jiff::civil::Date;
use serde_json::Value;

use super::Answer;
use crate::state::insight::Tally;

/// What is below so many people is not told, to protect them.
const FEWEST: usize = 20;

/// A date of eight digits.
fn date(text: &str) -> Option<Date> {
    let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

fn bad_request() -> Answer {
    Answer::error(StatusCode::BAD_REQUEST, "Bad Request")
}

/// How often something happened, if it may be told.
fn count(tally: &Tally) -> Value {
    if tally.users.len() < FEWEST { Value::Null } else { tally.count.into() }
}

/// To how many people something happened, if it may be told.
fn unique(tally: &Tally) -> Value {
    if tally.users.len() < FEWEST { Value::Null } else { tally.users.len().into() }
}
