use std::collections::BTreeMap;

use jiff::{Span, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{person::UserKey, quota::day};

/// A membership plan that an account offers.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-membership-plans>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct MembershipPlan {
    /// The title.
    pub title: String,
    /// The description.
    pub description: String,
    /// The benefits of members; LINE has 1 to 5 of them.
    pub benefits: Vec<String>,
    /// The price of a month.
    pub price: f64,
    /// The currency: `JPY`, `TWD` or `THB`.
    pub currency: String,
    /// The maximum number of members, if there is one.
    pub member_limit: Option<u64>,
    /// Whether it is paid for in the app, rather than in a browser.
    pub is_in_app_purchase: bool,
    /// Whether it can still be joined.
    pub is_published: bool,
}

impl Default for MembershipPlan {
    fn default() -> Self {
        Self {
            title: "Basic Plan".to_owned(),
            description: String::new(),
            benefits: vec!["Members Only Messages".to_owned()],
            price: 500.0,
            currency: "JPY".to_owned(),
            member_limit: None,
            is_in_app_purchase: true,
            is_published: true,
        }
    }
}

/// A person's part in a plan.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Member {
    pub(crate) number: u64,
    pub(crate) joined: Timestamp,
    /// How often the membership was renewed for another month.
    #[serde(default)]
    pub(crate) renewed: u16,
}

impl Member {
    /// How many months the person is a member for: those that have begun, or as many as were joined and renewed for.
    pub(crate) fn months(self, now: Timestamp) -> i32 {
        let (from, to) = (day(self.joined), day(now));
        let whole = from.until((jiff::Unit::Month, to)).map_or(0, |span| span.get_months());
        whole.max(self.renewed.into()).saturating_add(1)
    }

    /// When the next month is paid for. LINE does not say how it counts; our choice is the day of joining, each month.
    pub(crate) fn next_billing_date(self, now: Timestamp) -> Date {
        day(self.joined).saturating_add(Span::new().months(self.months(now)))
    }
}

/// A plan and its members.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredPlan {
    pub(crate) plan: MembershipPlan,
    pub(crate) members: BTreeMap<UserKey, Member>,
    numbers: u64,
}

/// All plans of a channel's account, by their ids.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memberships(BTreeMap<u64, StoredPlan>);

/// LINE's ids are numbers of four digits, and so are these.
const FIRST_ID: u64 = 1001;

impl Memberships {
    /// Adds a plan; gives its id.
    pub(crate) fn add(&mut self, plan: MembershipPlan) -> u64 {
        let id = self.0.last_key_value().map_or(FIRST_ID, |(last, _)| last + 1);
        self.0.insert(id, StoredPlan { plan, members: BTreeMap::new(), numbers: 0 });
        id
    }

    /// The highest number that was given to a plan or a member.
    pub(super) fn largest_number(&self) -> u64 {
        let numbers = self.0.iter().flat_map(|(id, plan)| [*id, plan.numbers]);
        numbers.max().unwrap_or(0)
    }

    pub(crate) fn get(&self, id: u64) -> Option<&StoredPlan> {
        self.0.get(&id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &StoredPlan)> {
        self.0.iter().map(|(id, plan)| (*id, plan))
    }

    /// Makes a person a member. False where they are one, or the plan takes none.
    pub(crate) fn join(&mut self, id: u64, user: UserKey, now: Timestamp) -> bool {
        let Some(StoredPlan { plan, members, numbers }) = self.0.get_mut(&id) else { return false };
        let full = plan.member_limit.is_some_and(|limit| members.len() as u64 >= limit);
        if full || !plan.is_published || members.contains_key(&user) {
            return false;
        }
        *numbers += 1;
        members.insert(user, Member { number: *numbers, joined: now, renewed: 0 });
        true
    }

    /// Lets a person renew their membership. False where they are no member.
    pub(crate) fn renew(&mut self, id: u64, user: UserKey) -> bool {
        let member = self.0.get_mut(&id).and_then(|plan| plan.members.get_mut(&user));
        if let Some(member) = member {
            member.renewed = member.renewed.saturating_add(1);
            return true;
        }
        false
    }

    /// Ends a person's membership. False where they are no member.
    pub(crate) fn leave(&mut self, id: u64, user: UserKey) -> bool {
        self.0.get_mut(&id).is_some_and(|plan| plan.members.remove(&user).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_paid_for_on_the_day_of_joining() {
        let member =
            Member { number: 1, joined: "2026-01-31T03:00:00Z".parse().unwrap(), renewed: 0 };
        for (now, months, next) in [
            ("2026-01-31T03:00:00Z", 1, "2026-02-28"),
            ("2026-03-30T15:00:00Z", 3, "2026-04-30"),
            ("2027-01-30T14:59:59Z", 12, "2027-01-31"),
            ("2027-01-30T15:00:00Z", 13, "2027-02-28"),
        ] {
            let now = now.parse().unwrap();
            assert_eq!(member.months(now), months, "{now}");
            assert_eq!(member.next_billing_date(now).to_string(), next, "{now}");
        }
    }
}
