//! The supply of a client's channel access tokens: the calls that issue them, a file that stores them, and the keeper
//! that renews them. This layer is below [`Client`](crate::Client) and uses only the connection.

mod assertion;
mod file;
mod issue;
mod issued;
mod keeper;
mod provider;

pub(crate) use assertion::ASSERTION_TYPE;
pub use assertion::AssertionKey;
pub use file::{KeptToken, TokenFile};
pub(crate) use issue::{STATELESS, TokenEndpoint, V2_1};
pub use issued::IssuedToken;
pub(crate) use keeper::Keeper;
pub(crate) use provider::Supply;
pub use provider::TokenProvider;
