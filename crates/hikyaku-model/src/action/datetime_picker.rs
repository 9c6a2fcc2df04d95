use serde::{Deserialize, Serialize};

use super::POSTBACK_DATA;
use crate::{
    Checker, Extra,
    limits::Problem,
    setters::setters,
    union::{extra, tagged},
    word::words,
};

/// Lets the user pick a date, a time or both, and sends the choice to the bot as a postback.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#datetime-picker-action>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "datetimepicker", rename_all = "camelCase")]
#[non_exhaustive]
pub struct DatetimePickerAction {
    /// The label, counted in grapheme clusters. The place sets its limit and whether it is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The postback data that arrives with the choice, at most 300 UTF-16 code units.
    pub data: String,
    /// Whether to pick a date, a time or both.
    pub mode: DatetimeMode,
    /// The initial value: `2017-06-18`, `23:59` or `2017-06-18T06:15`, depending on the mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial: Option<String>,
    /// The latest value to choose, at most 2100-12-31.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// The earliest value to choose, at least 1900-01-01 and before `max`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, DatetimePickerAction>")]
    pub extra: Extra,
}

words! {
    /// The values that a date picker offers.
    DatetimeMode { Date = "date", Time = "time", Datetime = "datetime" }
}

tagged!(DatetimePickerAction = "datetimepicker");

impl DatetimePickerAction {
    /// Creates a picker for a date, a time or both, without a label.
    pub fn new(data: impl Into<String>, mode: impl Into<DatetimeMode>) -> Self {
        Self {
            label: None,
            data: data.into(),
            mode: mode.into(),
            initial: None,
            max: None,
            min: None,
            extra: Extra::default(),
        }
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        checker.length("data", &self.data, POSTBACK_DATA);
        checker.word("mode", Some(&self.mode));
        let Some((pattern, is_moment)) = self.mode.form() else { return };
        let [_, min, max] = [("initial", &self.initial), ("min", &self.min), ("max", &self.max)]
            .map(|(field, moment)| {
                let moment = moment.as_deref()?;
                if is_moment(moment) {
                    return Some(moment);
                }
                checker.report_field(field, Problem::Pattern(pattern));
                None
            });
        if let (Some(min), Some(max)) = (min, max)
            && !min.bytes().map(to_upper).lt(max.bytes().map(to_upper))
        {
            checker.report_field("max", Problem::Rule("must be later than min"));
        }
    }
}

/// The format of a date or time: its description, and the check for it.
type Form = (&'static str, fn(&str) -> bool);

setters!(DatetimePickerAction {
    into { label: String, initial: String, max: String, min: String }
});

impl DatetimeMode {
    fn form(&self) -> Option<Form> {
        match self {
            Self::Date => Some(("yyyy-MM-dd, from 1900-01-01 to 2100-12-31", is_date)),
            Self::Time => Some(("HH:mm, from 00:00 to 23:59", is_time)),
            Self::Datetime => {
                Some(("yyyy-MM-ddTHH:mm, from 1900-01-01T00:00 to 2100-12-31T23:59", is_datetime))
            }
            Self::Other(_) => None,
        }
    }
}

/// LINE accepts `t` between date and time as well as `T`.
fn to_upper(byte: u8) -> u8 {
    byte.to_ascii_uppercase()
}

fn is_datetime(text: &str) -> bool {
    text.split_once(['T', 't']).is_some_and(|(date, time)| is_date(date) && is_time(time))
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) = (
        parts.next().and_then(|part| digits(part, 4)),
        parts.next().and_then(|part| digits(part, 2)),
        parts.next().and_then(|part| digits(part, 2)),
        parts.next(),
    ) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1900..=2100).contains(&year) && (1..=12).contains(&month) && (1..=days).contains(&day)
}

fn is_time(text: &str) -> bool {
    text.split_once(':').is_some_and(|(hour, minute)| {
        digits(hour, 2).is_some_and(|hour| hour < 24)
            && digits(minute, 2).is_some_and(|minute| minute < 60)
    })
}

/// Parses exactly `count` digits.
fn digits(text: &str, count: usize) -> Option<u32> {
    let is_number = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}
