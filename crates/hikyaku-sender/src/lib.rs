//! A durable outbox for LINE messages: an acknowledged send is delivered once, even if processes are killed.
//!
//! Enqueue sends in an [`Outbox`], and let a [`Worker`] send them, in the same program or in another.
//!
//! ```no_run
//! use hikyaku_sender::{NewDelivery, Outbox};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let outbox = Outbox::open("sqlite:hikyaku.db").await?;
//! let receipt = NewDelivery::push("U4af4980629000000000000000000000a", "it is on its way");
//! outbox.enqueue(receipt.idempotency_key("order-17-shipped")).await?;
//!
//! let worker = outbox.worker().channel("default", hikyaku::Client::from_env()?);
//! worker.until_idle().run(std::future::pending()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! - The guarantees, their limits, operation and scale: `docs/sender.md` in the repository.
//! - The state machine that decides about a send: [`delivery`]. It has no I/O and no clock; every store runs it.
//! - Campaigns to lists of any length: [`campaign`].
//!
//! The stores are features, both on by default: `sqlite` and `postgres`.

// docs.rs marks what a feature adds.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(any(feature = "sqlite", feature = "postgres")),
    expect(dead_code, reason = "only databases write rows down in numbers and bytes")
)]

pub mod campaign;
pub mod delivery;

mod act;
mod answer;
mod attempt;
mod budget;
mod bulk;
mod datum;
mod error;
mod events;
mod fairness;
mod filter;
mod histogram;
mod hold;
mod id;
mod key;
mod lane;
mod line_answer;
mod list;
mod metrics;
mod move_to;
mod new_delivery;
mod new_hold;
mod outbox;
mod outcome;
mod outcome_cursor;
mod outcome_webhook;
mod outlook;
mod pace;
mod phase;
mod place;
mod priority;
mod quarantine;
mod recipients;
mod steps;
mod store;
mod this_program;
mod time;
mod trace_context;
mod transaction;
mod waiting;
mod watchers;
mod worker;
mod written;

pub use act::Act;
pub use attempt::Attempt;
pub use budget::{Beyond, Budget, Per};
pub use bulk::{Acted, Preview};
pub use campaign::Campaign;
pub use datum::Datum;
pub use delivery::{State, UnknownPolicy};
pub use error::{Error, ErrorKind, Existing};
pub use events::{Event, Events};
pub use filter::Filter;
pub use hikyaku_model::{SendKind, limits::Rate};
pub use hold::Hold;
pub use id::{CampaignId, DeliveryId, HoldId, NoId};
pub use lane::{Lane, UnknownName};
pub use line_answer::LineAnswer;
pub use list::Listed;
pub use move_to::Moved;
pub use new_delivery::NewDelivery;
pub use new_hold::NewHold;
pub use outbox::{Enqueued, Outbox, OutboxBuilder, Waited};
pub use outcome::{Outcome, OutcomeKind, OutcomePlace};
pub use outcome_cursor::OutcomeCursor;
pub use outcome_webhook::{InvalidWebhookSecret, OutcomeWebhook, WebhookError, WebhookSecret};
pub use outlook::{LaneOverview, Overview, QuotaOverview};
pub use pace::{HoldReason, Limits};
pub use priority::Priority;
pub use quarantine::Quarantined;
#[doc(hidden)]
pub use steps::IdleWorker;
pub use time::{Clock, Time};
pub use transaction::{Transaction, Work};
pub use waiting::{Waiting, WaitingFor};
pub use worker::{Report, Worker, WorkerHandle};
