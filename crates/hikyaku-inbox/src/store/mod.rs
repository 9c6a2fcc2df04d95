//! The steps on the inbox's tables, each one transaction.

mod accept;
mod answer;
mod behind;
mod budget;
mod carry;
mod claim;
mod filter;
mod many;
mod person;
mod quoted;
mod row;
mod schema;
mod settle;
mod sweep;
mod watched_reply;

pub(crate) use accept::{Accept, NewEvent};
pub(crate) use answer::{Early, Fetch, NewPart};
pub(crate) use budget::Pushes;
pub(crate) use carry::{Bring, IsEmpty, TakeAnswers, TakeBudgets, TakeEvents, Taken};
pub(crate) use claim::{Claim, Claimed, Renew};
pub use filter::EventFilter;
pub use person::EventAct;
pub(crate) use person::{ActOnOne, ActOnSome, List, Look, Show};
pub(crate) use quoted::FindMessage;
pub use row::{KeptEvent, KeptState, UnknownState};
pub(crate) use schema::{Migrate, Version};
pub(crate) use settle::{Attempted, Ending, Settle};
pub(crate) use sweep::Sweep;
pub(crate) use watched_reply::{Became, DueReplies, DueReply, Looked, WatchedReply};
