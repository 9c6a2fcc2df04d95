use std::{fmt, future::IntoFuture, net::IpAddr, time::SystemTime};

use futures_core::future::BoxFuture;
use hikyaku_model::{
    Extra, UserAccessToken, UserId,
    limits::{Length, Steps},
    open_words,
};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    client::check,
    date::unix_seconds,
    page::{Page, Paged},
    route::{Auth, Route},
};

pub(super) static RESERVE: Route =
    Route::post("reserveInAppPurchase", "/iap/v1/product/reserve").auth(Auth::Caller);
pub(super) static EVENTS: Route = Route::get("getInAppPurchaseEvents", "/iap/v1/webhook/events")
    .query(&["startEpochSeconds", "endEpochSeconds", "cursor", "pageSize", "status"]);

/// The name of a product.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#reserve-purchase>
const SHOP_PRODUCT_NAME: Length = Length::utf16(20);

/// The number of events on a page.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#get-webhook-event-history>
const PAGE_SIZE: Steps = Steps { min: 1, max: 100, step: 1 };

/// The operating system of a user's device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ClientOs {
    /// iOS.
    Ios,
    /// Android.
    Android,
}

/// A reserved purchase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PurchaseReservation {
    /// The order id, which the event of the purchase repeats.
    pub order_id: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Reserves a purchase for a user. Made by [`Client::reserve_purchase`]; await it to make the call.
///
/// # Source
/// <https://developers.line.biz/en/reference/line-mini-app/#reserve-purchase>
#[must_use = "a request does nothing until it is awaited"]
pub struct ReservePurchase<'a> {
    client: &'a Client,
    liff_token: &'a UserAccessToken,
    body: Body<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    client_ip: IpAddr,
    client_os: ClientOs,
    product_id: &'a str,
    shop_product_name: &'a str,
}

impl Client {
    /// Starts a [`ReservePurchase`] from the user's device as the server sees it, the product, and the product's name
    /// in the user's purchase history, of at most 20 characters. The client's token is not used.
    pub fn reserve_purchase<'a>(
        &'a self,
        liff_token: &'a UserAccessToken,
        client_ip: IpAddr,
        client_os: ClientOs,
        product_id: &'a str,
        shop_product_name: &'a str,
    ) -> ReservePurchase<'a> {
        let body = Body { client_ip, client_os, product_id, shop_product_name };
        ReservePurchase { client: self, liff_token, body }
    }

    /// Lists the events of the last 7 days that LINE sent to the channel's server, received or not, oldest first. `from`
    /// and `until` are whole seconds, and both belong to the period. [`start`](Paged::start) takes
    /// [`PurchaseEventsPage::next_cursor`], and everything else must be as for the first page.
    ///
    /// ```no_run
    /// # async fn example(client: hikyaku::Client) -> Result<(), hikyaku::Error> {
    /// use std::time::{Duration, SystemTime};
    ///
    /// let now = SystemTime::now();
    /// let mut events = client.purchase_events(now - Duration::from_secs(60 * 60), now).stream();
    /// while let Some(record) = events.next().await {
    ///     println!("{:?}", record?.event);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Limits
    /// The last 7 days; 1 to 100 events a page.
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected): a time is more than 7 days ago.
    /// # Source
    /// <https://developers.line.biz/en/reference/line-mini-app/#get-webhook-event-history>
    pub fn purchase_events(
        &self,
        from: SystemTime,
        until: SystemTime,
    ) -> Paged<'_, PurchaseEventsPage> {
        Paged::new(self, &EVENTS, &[])
            .query("startEpochSeconds", &unix_seconds(from).to_string())
            .query("endEpochSeconds", &unix_seconds(until).to_string())
            .number("pageSize", PAGE_SIZE.max, PAGE_SIZE)
    }
}

impl ReservePurchase<'_> {
    async fn send(self) -> Result<Answer<PurchaseReservation>, Error> {
        check(|checker| {
            checker.required("productId", self.body.product_id);
            checker.required("shopProductName", self.body.shop_product_name);
            checker.length("shopProductName", self.body.shop_product_name, SHOP_PRODUCT_NAME);
        })?;
        let request = self.client.request(&RESERVE, &[])?.bearer(self.liff_token.expose())?;
        request.json(&self.body)?.read().await
    }
}

/// A page of purchase events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PurchaseEventsPage {
    /// The events, oldest first.
    pub events: Vec<PurchaseEventRecord>,
    /// The cursor for the next page, if there is one.
    pub next_cursor: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A purchase event and the type of its transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PurchaseEventRecord {
    /// The transaction type in LINE's words: `PRODUCT`.
    pub transaction_type: String,
    /// The event as LINE sent it to the server.
    pub event: PurchaseEvent,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A purchase event. LINE posts it to the channel's server, signed like a webhook of the Messaging API.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#purchase-complete-event>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PurchaseEvent {
    /// The type of event.
    #[serde(rename = "type")]
    pub event_type: PurchaseEventType,
    /// The order id from the reservation.
    pub order_id: String,
    /// The product.
    pub product_id: String,
    /// The buyer.
    pub user_id: UserId,
    /// The time at which the payment was completed on LINE's side, in seconds since 1970.
    pub purchase_timestamp: i64,
    /// The channel id of the LINE MINI App.
    pub channel_id: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// The type of a purchase event.
    PurchaseEventType {
        /// The user has paid: deliver the product now.
        PurchaseComplete = "purchaseComplete",
        /// The user was refunded.
        RefundComplete = "refundComplete",
    }
}

/// Whether the channel's server has received an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PurchaseEventStatus {
    /// The server has received it.
    Success,
    /// The server has not received it.
    Failed,
}

impl Page for PurchaseEventsPage {
    type Item = PurchaseEventRecord;

    const START: &'static str = "cursor";

    fn next_start(&self) -> Option<String> {
        self.next_cursor.clone()
    }

    fn into_items(self) -> Vec<PurchaseEventRecord> {
        self.events
    }
}

impl Paged<'_, PurchaseEventsPage> {
    /// Sets the page size: 1 to 100 events, and 100 unless set.
    pub fn page_size(self, events: u32) -> Self {
        self.number("pageSize", events, PAGE_SIZE)
    }

    /// Filters by whether the server received the events.
    pub fn status(self, status: PurchaseEventStatus) -> Self {
        let word = match status {
            PurchaseEventStatus::Success => "SUCCESS",
            PurchaseEventStatus::Failed => "FAILED",
        };
        self.query("status", word)
    }
}

impl<'a> IntoFuture for ReservePurchase<'a> {
    type Output = Result<Answer<PurchaseReservation>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for ReservePurchase<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReservePurchase")
            .field("product_id", &self.body.product_id)
            .finish_non_exhaustive()
    }
}
