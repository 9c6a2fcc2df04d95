//! The rules for requests that send, beyond those of each message.

mod aggregation_unit;
mod call;
mod delivery_tag;
mod kind;
mod narrowcast;
mod phone_hash;
mod prepared;
mod text;

pub use aggregation_unit::{AGGREGATION_UNITS, AggregationUnit};
pub use call::{
    LOADING_SECONDS, check_aggregation_units, check_loading_seconds, check_multicast_users,
};
pub use delivery_tag::{DELIVERY_TAG, DeliveryTag};
pub use kind::{SendKind, check_messages, message_warnings};
pub use narrowcast::check_narrowcast;
pub use phone_hash::PhoneHash;
pub use prepared::PreparedMessages;
