use serde::{Deserialize, Serialize};

use hikyaku_model::coupon::{CouponCreate, CouponStatus};
use jiff::Timestamp;

use super::id::ulid;

/// A coupon of an account.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Coupon {
    pub(crate) id: String,
    pub(crate) made_of: CouponCreate,
    pub(crate) created: Timestamp,
    closed: bool,
}

impl Coupon {
    pub(crate) fn status(&self, now: Timestamp) -> CouponStatus {
        if self.closed || self.made_of.end_timestamp <= now.as_second() {
            CouponStatus::Closed
        } else {
            CouponStatus::Running
        }
    }

    /// Ends it. False where it is over already.
    pub(crate) fn close(&mut self, now: Timestamp) -> bool {
        let running = self.status(now) == CouponStatus::Running;
        self.closed = true;
        running
    }
}

/// How many coupons a channel remembers; the oldest that are over make room for more. Our choice, to bound memory: more than
/// LINE lets run at once.
const MOST: usize = 20_000;

/// All coupons of a channel, in the order they were made in.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Coupons(Vec<Coupon>);

impl Coupons {
    /// Adds a coupon; gives its id.
    pub(crate) fn add(&mut self, made_of: CouponCreate, now: Timestamp) -> String {
        if self.0.len() >= MOST {
            let mut surplus = MOST / 2;
            self.0.retain(|coupon| {
                let goes = surplus > 0 && coupon.status(now) == CouponStatus::Closed;
                surplus -= usize::from(goes);
                !goes
            });
        }
        let id = ulid(now);
        self.0.push(Coupon { id: id.clone(), made_of, created: now, closed: false });
        id
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Coupon> {
        self.0.iter().find(|coupon| coupon.id == id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Coupon> {
        self.0.iter_mut().find(|coupon| coupon.id == id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Coupon> {
        self.0.iter()
    }

    /// How many can still be had.
    pub(crate) fn running(&self, now: Timestamp) -> usize {
        self.0.iter().filter(|coupon| coupon.status(now) == CouponStatus::Running).count()
    }
}
