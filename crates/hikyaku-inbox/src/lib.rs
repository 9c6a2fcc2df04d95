//! A durable inbox for LINE webhooks: every event that was answered with 200 is handled, even if processes are killed.
//!
//! The events of a webhook are stored on disk, in the database of a [`hikyaku_sender::Outbox`], before LINE is
//! answered. They are handled from there: one chat in order, many chats concurrently, with retries after a failure, and
//! as dead letters in the end. Sends that a handler enqueues through [`InContext::transaction`] commit together with
//! "handled".
//!
//! ```no_run
//! use hikyaku_inbox::{InContext as _, Inbox};
//! use hikyaku_sender::{NewDelivery, Outbox};
//! use hikyaku_webhook::{BoxError, Context, Receiver, Router, Verifier};
//!
//! async fn answer(context: Context<()>) -> Result<(), BoxError> {
//!     let Some(chat) = context.event.chat_id() else { return Ok(()) };
//!     context.transaction()?.enqueue(NewDelivery::push(&chat, "your order is here"))?;
//!     Ok(())
//! }
//!
//! # async fn serve(verifier: Verifier) -> Result<(), BoxError> {
//! let outbox = Outbox::open("sqlite:bot.db").await?;
//! let inbox = Inbox::open(&outbox).await?;
//! let (route, work) = inbox.callback(Receiver::new(verifier), Router::new(()).fallback(answer));
//! let work = tokio::spawn(work);
//! let app: axum::Router = axum::Router::new().route("/callback", route);
//! # Ok(())
//! # }
//! ```
//!
//! The guide is `docs/webhooks.md` in the repository.

mod answer;
mod button;
mod callback;
mod context;
mod growing;
mod inbox;
mod later;
mod looked_after;
mod quoted;
mod settings;
mod settling;
mod store;
mod transaction;
mod work;

pub use answer::{Answer, AnswerError};
pub use context::InContext;
pub use growing::Growing;
pub use inbox::{Error, EventPreview, Inbox};
pub use later::Later;
pub use quoted::{Quoted, QuotedAuthor};
pub use settings::Settings;
pub use store::{EventAct, EventFilter, KeptEvent, KeptState, UnknownState};
pub use transaction::{EventTransaction, NotOpen};
