//! Module channels, by their own tokens.

mod account;
pub(super) mod attach;
pub(crate) mod behalf;
pub(super) mod control;
pub(super) mod detach;
pub(super) mod list;
