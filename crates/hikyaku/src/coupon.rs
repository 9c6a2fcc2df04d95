//! Coupons: created here, and sent as a coupon message.
//!
//! The coupon itself is [`CouponCreate`].

use hikyaku_model::{
    Check, Extra,
    coupon::{CouponCreate, CouponDetail, CouponStatus},
};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    client::check,
    page::{Page, Paged},
    route::{Gives, Route},
};

pub(crate) static ROUTES: &[&Route] = &[&CREATE, &LIST, &GET, &CLOSE];

static CREATE: Route = Route::post("createCoupon", "/v2/bot/coupon").gives(Gives::Object);
static LIST: Route =
    Route::get("listCoupon", "/v2/bot/coupon").query(&["status", "start", "limit"]);
static GET: Route = Route::get("getCouponDetail", "/v2/bot/coupon/{couponId}");
static CLOSE: Route = Route::put("closeCoupon", "/v2/bot/coupon/{couponId}/close").without_body();

/// The id of a created coupon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CouponId {
    /// The id.
    pub coupon_id: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A page of coupons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Coupons {
    /// The coupons.
    pub items: Vec<CouponTitle>,
    /// The token for the start of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A coupon in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CouponTitle {
    /// The coupon id.
    pub coupon_id: String,
    /// The title.
    pub title: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Page for Coupons {
    type Item = CouponTitle;

    fn next_start(&self) -> Option<String> {
        self.next.clone()
    }

    fn into_items(self) -> Vec<CouponTitle> {
        self.items
    }
}

impl Paged<'_, Coupons> {
    /// Filters by status; several calls include several statuses.
    pub fn status(self, status: &CouponStatus) -> Self {
        self.query("status", status.as_str())
    }

    /// Sets the page size: 1 to 100 coupons; LINE's default is 20.
    pub fn limit(self, limit: u32) -> Self {
        self.query("limit", &limit.to_string())
    }
}

impl Client {
    /// Creates a coupon. It cannot be changed afterwards, only closed.
    ///
    /// # Limits
    /// 5,000 coupons that have not ended; 200 calls a second.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#create-coupon>
    pub async fn create_coupon(&self, coupon: &CouponCreate) -> Result<Answer<CouponId>, Error> {
        check(|checker| coupon.check(checker))?;
        self.request(&CREATE, &[])?.json(coupon)?.read().await
    }

    /// Lists the account's coupons.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-coupons-list>
    pub fn coupons(&self) -> Paged<'_, Coupons> {
        Paged::new(self, &LIST, &[])
    }

    /// Returns a coupon.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-coupon>
    pub async fn coupon(&self, coupon_id: &str) -> Result<Answer<CouponDetail>, Error> {
        self.request(&GET, &[coupon_id])?.read().await
    }

    /// Closes a coupon before its end.
    ///
    /// # Errors
    /// [`Gone`](crate::ErrorKind::Gone): it is closed already.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#discontinue-coupon>
    pub async fn close_coupon(&self, coupon_id: &str) -> Result<Answer<()>, Error> {
        self.request(&CLOSE, &[coupon_id])?.send().await?.empty()
    }
}
