//! Drawings as a page gets them.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panic")]

mod asset;
mod css;
mod flex;
mod hostile;
mod markup;
