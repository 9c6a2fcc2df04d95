//! The server side of LINE MINI Apps: service messages and in-app purchases.
//!
//! The client's token is a short-lived or stateless one of the LINE MINI App's channel. A user's access token comes
//! from `liff.getAccessToken()` in the app.
//!
//! ```no_run
//! use hikyaku::{Client, model::UserAccessToken};
//!
//! # async fn example(client: Client, liff_token: UserAccessToken) -> Result<(), Box<dyn std::error::Error>> {
//! let issued = client.issue_notification_token(&liff_token).await?;
//! if let Some(token) = &issued.notification_token {
//!     let params = [("date", "2026-11-29"), ("username", "Brown & Cony")];
//!     let renewed = client.send_service_message(token, "thankyou_msg_en", params).await?;
//!     // The next message needs the renewed token; the old one is used up.
//!     println!("{} more", renewed.remaining_count);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Source: <https://developers.line.biz/en/reference/line-mini-app/>

mod purchase;
mod service;

pub use purchase::{
    ClientOs, PurchaseEvent, PurchaseEventRecord, PurchaseEventStatus, PurchaseEventType,
    PurchaseEventsPage, PurchaseReservation, ReservePurchase,
};
pub use service::ServiceNotification;

use crate::route::Route;

pub(crate) static ROUTES: &[&Route] =
    &[&service::TOKEN, &service::SEND, &purchase::RESERVE, &purchase::EVENTS];
