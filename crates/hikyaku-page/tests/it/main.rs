//! Drawings as a page gets them.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panic")]

mod asset;
mod browser;
mod chat;
mod complete;
mod contrast;
mod css;
mod flex;
mod geometry;
mod hostile;
mod markup;
mod measure;
mod places;
