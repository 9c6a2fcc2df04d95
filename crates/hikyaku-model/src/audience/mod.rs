//! The targeting of a narrowcast: audiences, attributes and a limit.
//!
//! ```
//! use hikyaku_model::{Check, audience::*};
//!
//! let recipient = Recipient::and([
//!     Recipient::audience(5_614_991_017_776),
//!     Recipient::not(Recipient::redelivery("5b59509c-c57b-11e9-aa8c-2a2ae2dbcce4")),
//! ]);
//! let filter = Filter::new(DemographicFilter::or([
//!     DemographicFilter::gender([Gender::Female]),
//!     AgeFilter::new().gte(Age::Age20).lt(Age::Age25).into(),
//! ]));
//! let limit = Limit::new().max(100).up_to_remaining_quota(true);
//! assert!(recipient.validate().and(filter.validate()).and(limit.validate()).is_ok());
//! ```
//!
//! LINE ignores keys that it does not know, so a misspelt filter would reach everybody. Therefore every key of a
//! recipient, a filter and a limit must be known to this version. For keys that LINE added later, call
//! [`Checker::allow_unknown_narrowing`](crate::Checker::allow_unknown_narrowing).
//!
//! Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>

mod demographic;
mod limit;
mod operator;
mod recipient;
mod targeting;

pub use demographic::{
    Age, AgeFilter, AppType, AppTypeFilter, Area, AreaFilter, DEMOGRAPHIC_FILTERS,
    DemographicFilter, Filter, Gender, GenderFilter, OperatorFilter, SubscriptionPeriod,
    SubscriptionPeriodFilter,
};
pub use limit::Limit;
pub use recipient::{
    AudienceRecipient, OperatorRecipient, RECIPIENTS, Recipient, RedeliveryRecipient,
};
pub use targeting::Targeting;
