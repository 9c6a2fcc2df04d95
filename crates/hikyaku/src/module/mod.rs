//! Module channels: channels that other accounts attach. LINE grants them to companies on request.

mod attach;
mod chat_control;
mod detach;
mod list;

pub use attach::{AttachModule, AttachedModule};
pub use chat_control::AcquireChatControl;
pub use list::{ModuleBot, ModuleBots};

use crate::route::Route;

pub(crate) static ROUTES: &[&Route] =
    &[&attach::ROUTE, &detach::ROUTE, &list::ROUTE, &chat_control::ACQUIRE, &chat_control::RELEASE];
