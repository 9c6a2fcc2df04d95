//! The steps on the inbox's tables, each one transaction.

mod accept;
mod answer;
mod behind;
mod claim;
mod filter;
mod person;
mod row;
mod schema;
mod settle;
mod sweep;

pub(crate) use accept::{Accept, NewEvent};
pub(crate) use answer::{Early, Fetch, NewPart};
pub(crate) use claim::{Claim, Claimed, Renew};
pub use filter::EventFilter;
pub use person::EventAct;
pub(crate) use person::{ActOnOne, ActOnSome, List, Look, Show};
pub use row::{KeptEvent, KeptState, UnknownState};
pub(crate) use schema::{Exists, Migrate};
pub(crate) use settle::{Ending, Settle};
pub(crate) use sweep::Sweep;
