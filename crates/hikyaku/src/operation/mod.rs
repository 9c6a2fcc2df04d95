//! Every operation of the platform, under its name in LINE's `OpenAPI` files.
//!
//! The table consists of the routes that the typed calls use. [`Client::call_operation`](crate::Client::call_operation)
//! calls any of them by its name, with unchecked parameters and bodies: for a command line, a script, a proxy.

mod call;
mod table;

pub use call::CallOperation;
pub use table::{OPERATIONS, find};

pub use crate::route::{BodyKind, Host, Route};
