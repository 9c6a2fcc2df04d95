//! LIFF apps: web pages that open inside LINE.
//!
//! These calls take the token of a LINE Login channel, short-lived or stateless, not of a Messaging API channel.

mod app;
mod calls;

pub use app::{
    LiffApp, LiffAppUpdate, LiffBotPrompt, LiffFeatures, LiffScope, LiffView, LiffViewType,
    LiffViewUpdate, NewLiffApp,
};
pub use calls::{LiffApps, LiffId};

use crate::route::Route;

pub(crate) static ROUTES: &[&Route] = &[&calls::ADD, &calls::LIST, &calls::UPDATE, &calls::DELETE];
