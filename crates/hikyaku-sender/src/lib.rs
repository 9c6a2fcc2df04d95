//! A durable outbox for LINE messages: what it has acknowledged is delivered once, whatever is killed.

pub mod campaign;
pub mod delivery;

mod error;
mod events;
mod id;
mod key;
mod lane;
mod list;
mod move_to;
mod new_delivery;
mod outbox;
mod outlook;
mod pace;
mod recipients;
mod store;
mod time;
mod worker;

pub use campaign::Campaign;
pub use delivery::{State, UnknownPolicy};
pub use error::{Error, ErrorKind};
pub use events::{Event, Events};
pub use id::{CampaignId, DeliveryId};
pub use lane::{Lane, UnknownName};
pub use list::{Filter, Listed, Priority};
pub use move_to::Moved;
pub use new_delivery::NewDelivery;
pub use outbox::{Enqueued, Outbox, OutboxBuilder};
pub use outlook::{LaneOverview, Overview, Waiting, WaitingFor};
pub use pace::{HoldReason, Limits, Rate};
pub use time::{Clock, Time};
pub use worker::{Report, Worker};
