//! A simulator of LINE's side of the wire, on localhost.
//!
//! A [`Sim`] is a complete platform: channels, users, groups, quotas, retry keys, reply tokens and a clock. It answers
//! calls of the Messaging API on two listeners, like `api.line.me` and `api-data.line.me`, with LINE's statuses, bodies
//! and limits, and delivers into an outbox that a test can read. The actions of its users reach a bot as signed
//! webhooks ([`Sim::set_webhook`]). On request it loses responses, cuts connections and runs out of quota.
//!
//! Many simulators can run at once: there are no globals, the system picks the ports, and a simulator stops when it is
//! dropped.
//!
//! ```
//! use hikyaku_sim::{FaultRule, Sim};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sim = Sim::start().await?;
//! let friend = sim.add_friend();
//! sim.fault(FaultRule::drop_after_accept().times(1))?;
//!
//! // A program under test sends to `friend` through `sim.api_url()` with `sim.channel_token()`.
//! # let _ = (sim.api_url(), sim.channel_token());
//! # if false {
//! let delivered = sim.wait_for(1).await?;
//! assert_eq!(delivered[0].text(), Some("hello"));
//! # }
//! # assert_eq!(sim.delivery_count(&friend), 0);
//! # Ok(())
//! # }
//! ```
//!
//! Where LINE does not document a behaviour, the documentation of the item says what the simulator does.

mod api;
mod clock;
mod control;
mod deliver;
mod description;
mod fault;
mod keep;
mod near;
mod page;
mod platform;
mod poster;
mod private_file;
mod purchase;
mod query;
mod random;
mod seed;
mod serve;
mod settings;
mod shared;
mod sim;
mod snapshot;
mod state;
mod tls;

pub use clock::ClockMode;
pub use fault::{FaultRule, InvalidFault};
pub use hikyaku_model::limits::Rate;
pub use seed::{InvalidSeed, Seed};
pub use sim::{
    InvalidState, LiffSession, Login, Module, Sim, SimBuilder, StartError, WaitTimeout, Webhooks,
};
pub use state::{
    assertion::InvalidAssertionKey,
    audience::{Audience, AudienceKind},
    friendship::Friendship,
    log::{Host, LoggedRequest},
    login::ServiceMessage,
    membership::MembershipPlan,
    mission::MissionSticker,
    outbox::{Delivery, DeliveryFilter},
    person::Person,
    pnp_keys::PnpKeys,
    said::{Said, UserMessage},
    tap::{Tap, Tapped},
    webhook::{
        InvalidWebhookUrl, WebhookAttempt, WebhookDelivery, WebhookError, WebhookReason,
        WebhookState,
    },
};
