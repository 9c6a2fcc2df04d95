//! Sending messages, and related calls.
//!
//! Each call with options has a type here, which a method of [`Client`](crate::Client) returns: await it to make the
//! call.

mod broadcast;
mod loading;
mod mark_as_read;
mod multicast;
mod multicast_in_chunks;
mod narrowcast;
mod narrowcast_progress;
mod push;
mod push_by_phone;
mod push_by_phone_template;
mod quota;
mod reply;
mod reply_or_push;
mod sent_count;
mod validate;
mod written;

pub use broadcast::Broadcast;
pub use loading::{KeepLoading, StartLoading};
pub use multicast::Multicast;
pub use multicast_in_chunks::{MulticastChunk, MulticastInChunks};
pub use narrowcast::Narrowcast;
pub use narrowcast_progress::{NarrowcastPhase, NarrowcastProgress, WaitForNarrowcast};
pub use push::Push;
pub use push_by_phone::PushByPhone;
pub use push_by_phone_template::{PushByPhoneTemplate, TemplateButton, TemplateItem};
pub use quota::{Quota, QuotaConsumption, QuotaKind};
pub use reply::Reply;
pub use reply_or_push::{ReplyOrPush, SentBy};
pub use sent_count::{SentCount, SentCountKind, SentCountStatus};
pub use validate::{Validate, ValidateKind};
pub use written::WrittenSend;

use crate::route::Route;

pub(crate) static ROUTES: &[&Route] = &[
    &broadcast::ROUTE,
    &loading::ROUTE,
    &mark_as_read::BY_TOKEN,
    &mark_as_read::BY_USER,
    &multicast::ROUTE,
    &narrowcast::ROUTE,
    &narrowcast_progress::ROUTE,
    &push::ROUTE,
    &push_by_phone::ROUTE,
    &push_by_phone_template::ROUTE,
    &quota::QUOTA,
    &quota::CONSUMPTION,
    &reply::ROUTE,
    &sent_count::REPLY,
    &sent_count::PUSH,
    &sent_count::MULTICAST,
    &sent_count::BROADCAST,
    &sent_count::PNP,
    &sent_count::PNP_TEMPLATED,
    &validate::REPLY,
    &validate::PUSH,
    &validate::MULTICAST,
    &validate::NARROWCAST,
    &validate::BROADCAST,
];
