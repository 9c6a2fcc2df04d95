//! Webhooks, through the public API.

mod signature;
