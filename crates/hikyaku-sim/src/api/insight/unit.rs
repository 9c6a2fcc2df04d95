use hikyaku_model::limits::rates;
use http::{Method, StatusCode};
use jiff::{Span, civil::Date};
use serde_json::json;

use super::event::Sum;
use crate::api::{Action, Answer, Endpoint, Request};

/// What people did with the messages of an aggregation unit.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-statistics-per-unit>
pub(crate) const UNIT: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/insight/message/event/aggregation", read)
        .rate(rates::INSIGHT);

/// The most days after the first one.
const DAYS: i32 = 30;

fn read(request: &Request) -> Result<Action, Answer> {
    let unit = request.parameter("customAggregationUnit").ok_or_else(refused)?;
    let (from, to) = (date(request, "from")?, date(request, "to")?);
    if to < from || to > from.saturating_add(Span::new().days(DAYS)) {
        return Err(refused());
    }
    Ok(Box::new(move |scene| {
        let sum = Sum(scene.channel().reactions.of_unit(&unit, from, to));
        Answer::ok(&json!({
            "overview": sum.overview(), "messages": sum.messages(), "clicks": sum.clicks(),
        }))
    }))
}

fn date(request: &Request, name: &str) -> Result<Date, Answer> {
    request.parameter(name).and_then(|text| super::date(&text)).ok_or_else(refused)
}

/// The one error that LINE prints for this call.
fn refused() -> Answer {
    let mut answer = Answer::nothing(StatusCode::BAD_REQUEST);
    answer.body = br#"{"message":null,"key":null,"stacktrace":null,"code":null}"#.as_slice().into();
    answer
}
