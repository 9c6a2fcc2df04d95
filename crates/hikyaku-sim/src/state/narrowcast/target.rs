use hikyaku_model::audience::{
    Age, AgeFilter, DemographicFilter, OperatorFilter, OperatorRecipient, Recipient,
    SubscriptionPeriod, SubscriptionPeriodFilter,
};
use jiff::Timestamp;

use super::Narrowcasts;
use crate::state::{
    audience::{AudienceKind, Audiences},
    person::{Person, UserKey},
};

/// Where a recipient object finds people.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sources<'a> {
    pub(crate) audiences: &'a Audiences,
    pub(crate) narrowcasts: &'a Narrowcasts,
    pub(crate) now: Timestamp,
}

/// A recipient object that names what cannot be sent to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum InvalidRecipient {
    /// No such audience, or one that is not ready.
    Audience(u64),
    /// No narrowcast that has succeeded in the last 14 days.
    Request(String),
}

impl Sources<'_> {
    /// Makes sure that everything a recipient object names can be sent to.
    pub(crate) fn check(self, recipient: &Recipient) -> Result<(), InvalidRecipient> {
        match recipient {
            Recipient::Audience(audience) => {
                let id = audience.audience_group_id;
                let ready =
                    self.audiences.get(id).is_some_and(|audience| audience.is_usable(self.now));
                ready.then_some(()).ok_or(InvalidRecipient::Audience(id))
            }
            Recipient::Redelivery(redelivery) => {
                let id = &redelivery.request_id;
                self.narrowcasts
                    .reached(id, self.now)
                    .map(|_| ())
                    .ok_or_else(|| InvalidRecipient::Request(id.clone()))
            }
            Recipient::Operator(operator) => {
                operands(operator).try_for_each(|operand| self.check(operand))
            }
            _ => Ok(()),
        }
    }

    /// Whether a recipient object means a person.
    pub(crate) fn contain(self, recipient: &Recipient, user: UserKey) -> bool {
        match recipient {
            Recipient::Audience(audience) => self
                .audiences
                .get(audience.audience_group_id)
                .is_some_and(|audience| audience.users.contains(&user)),
            Recipient::Redelivery(redelivery) => self
                .narrowcasts
                .reached(&redelivery.request_id, self.now)
                .is_some_and(|reached| reached.binary_search(&user).is_ok()),
            Recipient::Operator(OperatorRecipient { and, or, not, .. }) => {
                let contain = |recipient: &Recipient| self.contain(recipient, user);
                and.as_ref().is_none_or(|all| all.iter().all(contain))
                    && or.as_ref().is_none_or(|any| any.iter().any(contain))
                    && not.as_deref().is_none_or(|not| !contain(not))
            }
            _ => false,
        }
    }

    /// The sizes of the audiences that LINE's minimum holds for: not those of uploaded ids, unless another account shares
    /// them.
    pub(crate) fn guarded_audiences(self, recipient: &Recipient) -> Vec<usize> {
        match recipient {
            Recipient::Audience(audience) => {
                let audience = self.audiences.get(audience.audience_group_id);
                let guarded = audience.filter(|audience| {
                    audience.kind != AudienceKind::Upload || audience.owner.is_some()
                });
                guarded.map(|audience| audience.users.len()).into_iter().collect()
            }
            Recipient::Operator(operator) => {
                operands(operator).flat_map(|operand| self.guarded_audiences(operand)).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn operands(operator: &OperatorRecipient) -> impl Iterator<Item = &Recipient> {
    let OperatorRecipient { and, or, not, .. } = operator;
    and.iter().chain(or).flatten().chain(not.as_deref())
}

/// Whether a friend passes a filter by attributes. What is unknown of a person is in no list and in no range.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
pub(crate) fn passes(
    filter: &DemographicFilter,
    person: &Person,
    friend_since: Timestamp,
    now: Timestamp,
) -> bool {
    match filter {
        DemographicFilter::Gender(filter) => {
            person.gender.as_ref().is_some_and(|gender| filter.one_of.contains(gender))
        }
        DemographicFilter::AppType(filter) => {
            person.app_type.as_ref().is_some_and(|app| filter.one_of.contains(app))
        }
        DemographicFilter::Area(filter) => {
            person.area.as_ref().is_some_and(|area| filter.one_of.contains(area))
        }
        DemographicFilter::Age(AgeFilter { gte, lt, .. }) => {
            let Some(age) = person.age else { return false };
            let bound = |age: &Option<Age>| number("age_", age.as_ref()?.as_str());
            within(i64::from(age), bound(gte), bound(lt))
        }
        DemographicFilter::SubscriptionPeriod(SubscriptionPeriodFilter { gte, lt, .. }) => {
            let days = now.duration_since(friend_since).as_hours() / 24;
            let bound = |days: &Option<SubscriptionPeriod>| number("day_", days.as_ref()?.as_str());
            within(days, bound(gte), bound(lt))
        }
        DemographicFilter::Operator(OperatorFilter { and, or, not, .. }) => {
            let passes = |filter: &DemographicFilter| passes(filter, person, friend_since, now);
            and.as_ref().is_none_or(|all| all.iter().all(passes))
                && or.as_ref().is_none_or(|any| any.iter().any(passes))
                && not.as_deref().is_none_or(|not| !passes(not))
        }
        _ => false,
    }
}

/// Whether LINE leaves a person out whenever it filters by attributes: Thai users under 20.
pub(crate) fn is_left_out(person: &Person) -> bool {
    let thai = person.area.as_ref().is_some_and(|area| area.as_str().starts_with("th_"));
    thai && person.age.is_some_and(|age| age < 20)
}

/// The number of a word such as `age_20`.
fn number(prefix: &str, word: &str) -> Option<i64> {
    word.strip_prefix(prefix)?.parse().ok()
}

fn within(value: i64, gte: Option<i64>, lt: Option<i64>) -> bool {
    gte.is_none_or(|gte| gte <= value) && lt.is_none_or(|lt| value < lt)
}
