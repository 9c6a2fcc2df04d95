//! The steps on the inbox's tables, each one transaction.

mod accept;
mod claim;
mod person;
mod row;
mod schema;
mod settle;
mod sweep;

pub(crate) use accept::{Accept, NewEvent};
pub(crate) use claim::{Claim, Claimed, Renew};
pub(crate) use person::{Change, List};
pub use row::{KeptEvent, KeptState, UnknownState};
pub(crate) use schema::Migrate;
pub(crate) use settle::{Ending, Settle};
pub(crate) use sweep::Sweep;
