//! Audiences: named sets of users for narrowcasts.
//!
//! LINE creates them in the background: a new audience is `IN_PROGRESS` for minutes or hours. Adding users to a ready
//! audience leaves it ready; its jobs report the progress. An unknown audience is a 400, not a 404.
//!
//! ```no_run
//! use hikyaku::{audience::AudienceStatus, model::audience::Recipient};
//!
//! # async fn example(client: hikyaku::Client) -> Result<(), hikyaku::Error> {
//! let customers = client.create_audience("customers", &["U4af49806", "U0c229f96"]).await?;
//! let id = customers.audience_group_id;
//! // Minutes or hours later:
//! if client.audience(id).await?.audience_group.status == AudienceStatus::Ready {
//!     client.narrowcast("Spring sale!").recipient(Recipient::audience(id)).await?;
//! }
//! # Ok(())
//! # }
//! ```

mod change;
mod description;
mod file;
mod from_message;
mod get;
mod group;
mod list;
mod upload;

pub use file::{AddAudienceFile, AudienceFile, CreateAudienceFromFile};
pub use from_message::CreateClickAudience;
pub use get::{AdAccount, AudienceData, SharedAudienceData, SharedAudienceOwner};
pub use group::{
    AudienceCreateRoute, AudienceFailedType, AudienceGroup, AudienceJob, AudienceJobStatus,
    AudienceJobType, AudiencePermission, AudienceStatus, AudienceType, CreatedAudience,
};
pub use list::AudienceGroups;
pub use upload::{AddAudience, CreateAudience};

use crate::route::Route;

pub(crate) static ROUTES: &[&Route] = &[
    &upload::CREATE,
    &upload::ADD,
    &file::CREATE,
    &file::ADD,
    &from_message::CLICK,
    &from_message::IMPRESSION,
    &change::DESCRIBE,
    &change::DELETE,
    &get::GET,
    &get::SHARED,
    &list::LIST,
    &list::SHARED,
];
