//! Every operation of the platform, by the name that LINE's `OpenAPI` files give it.
//!
//! The table is made of the very routes that the typed calls use. With [`Client::call_operation`](crate::Client::call_operation)
//! any of them can be called by its name, with values and bodies that no type has checked: for a command line, a script,
//! a proxy.

mod call;
mod table;

pub use call::CallOperation;
pub use table::{OPERATIONS, find};

pub use crate::route::{BodyKind, Host, Route};
