//! Groups and rooms: their members, and how to leave them.
//!
//! A room is a chat of several people without a name. LINE no longer creates new ones.

mod leave;
mod member;
mod members;
mod summary;

pub use member::MemberProfile;
pub use members::{MemberCount, MemberIds};
pub use summary::GroupSummary;

use crate::route::Route;

pub(crate) static ROUTES: &[&Route] = &[
    &summary::ROUTE,
    &member::GROUP,
    &member::ROOM,
    &members::GROUP_IDS,
    &members::ROOM_IDS,
    &members::GROUP_COUNT,
    &members::ROOM_COUNT,
    &leave::GROUP,
    &leave::ROOM,
];
