use std::fmt;

use serde::{Deserialize, Serialize};

use super::operator::{check_operands, operands};
use crate::{
    Check, Checker, Extra, Unknown,
    limits::{Count, Problem, Segment},
    setters::setters,
    union::{extra, tagged, union},
    word::{Word, words},
};

/// The number of attributes in one filter, at any depth.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
pub const DEMOGRAPHIC_FILTERS: Count = Count { min: 1, max: 10 };

/// A filter that narrows a narrowcast's recipients.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Filter {
    /// The attributes that LINE estimates for each user. At least 100 users must match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub demographic: Option<DemographicFilter>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The attributes that LINE estimates for a user. They are some days old.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum DemographicFilter {
    /// The gender.
    Gender(GenderFilter),
    /// The age.
    Age(AgeFilter),
    /// The operating system of the phone.
    AppType(AppTypeFilter),
    /// The region.
    Area(AreaFilter),
    /// The time since the user became a friend.
    SubscriptionPeriod(SubscriptionPeriodFilter),
    /// A combination of filters.
    Operator(OperatorFilter),
    /// A kind that this version does not know, or a known kind whose JSON does not fit; `Check` tells them apart.
    Unknown(Unknown),
}

/// A filter by gender.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "gender", rename_all = "camelCase")]
#[non_exhaustive]
pub struct GenderFilter {
    /// The accepted values; one match is enough.
    pub one_of: Vec<Gender>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, GenderFilter>")]
    pub extra: Extra,
}

/// A filter by age: at least one bound, and `gte` below `lt`.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "age", rename_all = "camelCase")]
#[non_exhaustive]
pub struct AgeFilter {
    /// The lower bound, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gte: Option<Age>,
    /// The upper bound, exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lt: Option<Age>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, AgeFilter>")]
    pub extra: Extra,
}

/// A filter by the operating system of the phone.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "appType", rename_all = "camelCase")]
#[non_exhaustive]
pub struct AppTypeFilter {
    /// The accepted values; one match is enough.
    pub one_of: Vec<AppType>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, AppTypeFilter>")]
    pub extra: Extra,
}

/// A filter by region.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "area", rename_all = "camelCase")]
#[non_exhaustive]
pub struct AreaFilter {
    /// The accepted values; one match is enough.
    pub one_of: Vec<Area>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, AreaFilter>")]
    pub extra: Extra,
}

/// A filter by the time since the user became a friend: at least one bound, and `gte` below `lt`.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "subscriptionPeriod", rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubscriptionPeriodFilter {
    /// The lower bound, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gte: Option<SubscriptionPeriod>,
    /// The upper bound, exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lt: Option<SubscriptionPeriod>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, SubscriptionPeriodFilter>")]
    pub extra: Extra,
}

/// A combination of filters: exactly one of `and`, `or`, `not`.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "operator", rename_all = "camelCase")]
#[non_exhaustive]
pub struct OperatorFilter {
    /// Matches users who pass all of these filters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub and: Option<Vec<DemographicFilter>>,
    /// Matches users who pass at least one of these filters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub or: Option<Vec<DemographicFilter>>,
    /// Matches users who do not pass this filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not: Option<Box<DemographicFilter>>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, OperatorFilter>")]
    pub extra: Extra,
}

words! {
    /// A gender.
    Gender { Male = "male", Female = "female" }

    /// The operating system of a phone.
    AppType { Ios = "ios", Android = "android" }

    /// An age in years.
    Age {
        Age15 = "age_15",
        Age20 = "age_20",
        Age25 = "age_25",
        Age30 = "age_30",
        Age35 = "age_35",
        Age40 = "age_40",
        Age45 = "age_45",
        Age50 = "age_50",
        Age55 = "age_55",
        Age60 = "age_60",
        Age65 = "age_65",
        Age70 = "age_70",
    }

    /// The time since a user became a friend.
    SubscriptionPeriod {
        Day7 = "day_7",
        Day30 = "day_30",
        Day90 = "day_90",
        Day180 = "day_180",
        Day365 = "day_365",
    }
}

/// A region in LINE's numbering: `jp_13` is Tokyo, `tw_01` Taipei, `th_01` Bangkok.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Area(String);

tagged!(
    GenderFilter = "gender",
    AgeFilter = "age",
    AppTypeFilter = "appType",
    AreaFilter = "area",
    SubscriptionPeriodFilter = "subscriptionPeriod",
    OperatorFilter = "operator",
);
union!(DemographicFilter {
    Gender(GenderFilter),
    Age(AgeFilter),
    AppType(AppTypeFilter),
    Area(AreaFilter),
    SubscriptionPeriod(SubscriptionPeriodFilter),
    Operator(OperatorFilter),
});

impl Filter {
    /// Creates a filter by attributes.
    pub fn new(demographic: impl Into<DemographicFilter>) -> Self {
        Self { demographic: Some(demographic.into()), extra: Extra::default() }
    }
}

impl From<DemographicFilter> for Filter {
    fn from(demographic: DemographicFilter) -> Self {
        Self::new(demographic)
    }
}

impl AgeFilter {
    /// Creates a filter without bounds.
    pub fn new() -> Self {
        Self::default()
    }
}

impl SubscriptionPeriodFilter {
    /// Creates a filter without bounds.
    pub fn new() -> Self {
        Self::default()
    }
}

setters!(AgeFilter { into { gte: Age, lt: Age } });
setters!(SubscriptionPeriodFilter { into { gte: SubscriptionPeriod, lt: SubscriptionPeriod } });

impl Area {
    /// Returns the region as LINE writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Area {
    fn from(code: &str) -> Self {
        Self(code.to_owned())
    }
}

impl From<String> for Area {
    fn from(code: String) -> Self {
        Self(code)
    }
}

impl DemographicFilter {
    /// Creates a filter that matches any of these genders.
    pub fn gender(genders: impl IntoIterator<Item = Gender>) -> Self {
        GenderFilter { one_of: genders.into_iter().collect(), extra: Extra::default() }.into()
    }

    /// Creates a filter that matches any of these operating systems.
    pub fn app_type(types: impl IntoIterator<Item = AppType>) -> Self {
        AppTypeFilter { one_of: types.into_iter().collect(), extra: Extra::default() }.into()
    }

    /// Creates a filter that matches any of these regions.
    pub fn area(areas: impl IntoIterator<Item = impl Into<Area>>) -> Self {
        let one_of = areas.into_iter().map(Into::into).collect();
        AreaFilter { one_of, extra: Extra::default() }.into()
    }

    /// Creates a filter that matches users who pass all of these filters.
    pub fn and(filters: impl IntoIterator<Item = Self>) -> Self {
        let and = Some(filters.into_iter().collect());
        OperatorFilter { and, ..OperatorFilter::default() }.into()
    }

    /// Creates a filter that matches users who pass at least one of these filters.
    pub fn or(filters: impl IntoIterator<Item = Self>) -> Self {
        let or = Some(filters.into_iter().collect());
        OperatorFilter { or, ..OperatorFilter::default() }.into()
    }

    /// Creates a filter that matches users who do not pass this filter.
    pub fn not(filter: impl Into<Self>) -> Self {
        let not = Some(Box::new(filter.into()));
        OperatorFilter { not, ..OperatorFilter::default() }.into()
    }

    fn count(&self) -> usize {
        match self {
            Self::Operator(OperatorFilter { and, or, not, .. }) => {
                operands(and.as_ref(), or.as_ref(), not.as_deref()).map(Self::count).sum()
            }
            Self::Unknown(_) => 0,
            _ => 1,
        }
    }

    fn check_node(&self, checker: &mut Checker) {
        match self {
            Self::Gender(filter) => {
                check_words(&filter.one_of, checker);
                checker.no_extra(&filter.extra, &["type", "oneOf"]);
            }
            Self::AppType(filter) => {
                check_words(&filter.one_of, checker);
                checker.no_extra(&filter.extra, &["type", "oneOf"]);
            }
            Self::Area(filter) => {
                check_areas(&filter.one_of, checker);
                checker.no_extra(&filter.extra, &["type", "oneOf"]);
            }
            Self::Age(filter) => {
                check_bounds(filter.gte.as_ref(), filter.lt.as_ref(), checker);
                checker.no_extra(&filter.extra, &["type", "gte", "lt"]);
            }
            Self::SubscriptionPeriod(filter) => {
                check_bounds(filter.gte.as_ref(), filter.lt.as_ref(), checker);
                checker.no_extra(&filter.extra, &["type", "gte", "lt"]);
            }
            Self::Operator(OperatorFilter { and, or, not, extra }) => {
                check_operands(
                    and.as_deref(),
                    or.as_deref(),
                    not.as_deref(),
                    checker,
                    Self::check_node,
                );
                checker.no_extra(extra, &["type", "and", "or", "not"]);
            }
            Self::Unknown(unknown) => unknown.check(checker),
        }
    }
}

impl Check for Filter {
    fn check(&self, checker: &mut Checker) {
        checker.narrowing(|checker| {
            if self.demographic.is_none() {
                checker.unknown_rule("must have demographic, else it reaches everybody");
            }
            checker.no_extra(&self.extra, &["demographic"]);
        });
        checker.optional("demographic", self.demographic.as_ref());
    }
}

impl Check for DemographicFilter {
    fn check(&self, checker: &mut Checker) {
        if self.count() > DEMOGRAPHIC_FILTERS.max {
            checker.report(Problem::Rule("must not have more than 10 filters"));
        }
        checker.narrowing(|checker| self.check_node(checker));
    }
}

fn check_words<W: Word>(words: &[W], checker: &mut Checker) {
    checker.at(Segment::Field("oneOf"), |checker| {
        if words.is_empty() {
            checker.report(Problem::Required);
        }
        for (index, word) in words.iter().enumerate() {
            if word.unknown().is_some() {
                checker.at(Segment::Index(index), |checker| checker.unknown(W::WORDS));
            }
        }
    });
}

fn check_areas(areas: &[Area], checker: &mut Checker) {
    checker.at(Segment::Field("oneOf"), |checker| {
        if areas.is_empty() {
            checker.report(Problem::Required);
        }
        for (index, Area(code)) in areas.iter().enumerate() {
            if code.is_empty() {
                checker.at(Segment::Index(index), |checker| checker.report(Problem::Required));
            }
        }
    });
}

fn check_bounds<W: Word>(gte: Option<&W>, lt: Option<&W>, checker: &mut Checker) {
    checker.word("gte", gte);
    checker.word("lt", lt);
    let place = |word: &W| W::WORDS.iter().position(|known| *known == word.text());
    match (gte, lt) {
        (None, None) => checker.report(Problem::Rule("must have gte, lt or both")),
        (Some(gte), Some(lt)) => {
            if let (Some(gte), Some(lt)) = (place(gte), place(lt))
                && gte >= lt
            {
                checker.report_field("lt", Problem::Rule("must be greater than gte"));
            }
        }
        _ => {}
    }
}
