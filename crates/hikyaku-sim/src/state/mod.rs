//! Everything that a simulator remembers. Nothing here knows of HTTP.

pub(crate) mod aging;
pub(crate) mod assertion;
pub(crate) mod audience;
pub(crate) mod bucket;
pub(crate) mod channel;
pub(crate) mod chat;
pub(crate) mod content;
pub(crate) mod coupon;
pub(crate) mod friendship;
mod happening;
pub(crate) mod holder;
pub(crate) mod id;
pub(crate) mod log;
pub(crate) mod login;
mod mention;
pub(crate) mod narrowcast;
pub(crate) mod outbox;
pub(crate) mod person;
pub(crate) mod quota;
pub(crate) mod rich_menu;
pub(crate) mod ring;
pub(crate) mod said;
pub(crate) mod talk;
pub(crate) mod tap;
pub(crate) mod token;
pub(crate) mod webhook;
mod world;

pub(crate) use mention::Whom;
pub(crate) use quota::day;
pub(crate) use said::quote_token;
pub(crate) use world::{Reach, World};
