//! Module channels, by their own tokens.

pub(super) mod account;
pub(super) mod attach;
pub(super) mod control;
pub(super) mod detach;
pub(super) mod list;
