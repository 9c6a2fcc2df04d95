use super::{AGGREGATION_UNITS, AggregationUnit};
use crate::{
    Checker, UserId,
    limits::{self, Problem, Segment, Steps},
};

/// The duration of a loading animation, in seconds.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#display-a-loading-indicator>
pub const LOADING_SECONDS: Steps = Steps { min: 5, max: 60, step: 5 };

/// Checks the users of a multicast: their number, and that none is a group or a room. Paths begin with `to`.
pub fn check_multicast_users<U: AsRef<str>>(users: &[U], checker: &mut Checker) {
    checker.at(Segment::Field("to"), |checker| {
        checker.count(users.len(), limits::MULTICAST_USERS);
        for (index, user) in users.iter().enumerate() {
            if let Err(why) = UserId::check(user.as_ref()) {
                checker.at(Segment::Index(index), |checker| checker.report(Problem::Id(why)));
            }
        }
    });
}

/// Checks the aggregation units of a push or a multicast. Paths begin with `customAggregationUnits`.
pub fn check_aggregation_units(units: &[AggregationUnit], checker: &mut Checker) {
    checker.items("customAggregationUnits", units, AGGREGATION_UNITS);
}

/// Checks the duration of a loading animation: 5-60 seconds in steps of five. The path is `loadingSeconds`.
pub fn check_loading_seconds(seconds: u32, checker: &mut Checker) {
    checker.steps("loadingSeconds", seconds, LOADING_SECONDS);
}
