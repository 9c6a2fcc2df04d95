use std::collections::BTreeMap;

use hikyaku_model::limits::rates;
use http::{Method, StatusCode};
use jiff::{Span, civil::Date};
use serde_json::{Value, json};

use super::{FEWEST, bad_request};
use crate::{
    api::{Action, Answer, Endpoint, Request},
    state::{
        channel::Channel,
        day,
        insight::{MenuDay, Tally},
    },
};

/// What people did with a rich menu, in all.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-rich-menu-insight-summary>
pub(crate) const SUMMARY: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/insight/richmenu/{richMenuId}/summary", |request| {
        read(request, 396, summary)
    })
    .rate(rates::INSIGHT);

/// The same, day by day.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-rich-menu-insight-daily>
pub(crate) const DAILY: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/insight/richmenu/{richMenuId}/daily", |request| {
        read(request, 99, daily)
    })
    .rate(rates::INSIGHT);

/// What is told of the days that there is something of, for each area.
type Tell = fn(&[(Date, MenuDay)], Option<usize>) -> Value;

fn read(request: &Request, most: i32, tell: Tell) -> Result<Action, Answer> {
    let id = request.step(4).to_owned();
    let date = |name: &str| {
        request.parameter(name).and_then(|text| super::date(&text)).ok_or_else(bad_request)
    };
    let (from, to) = (date("from")?, date("to")?);
    let refused = |words: &str| Err(Answer::error(StatusCode::BAD_REQUEST, words));
    if to < from {
        return refused("Parameter to must be the same date as, or after parameter from.");
    }
    if to > from.saturating_add(Span::new().days(most)) {
        return refused(&format!("Date range exceeds. Max range is {most} days."));
    }
    Ok(Box::new(move |scene| {
        let today = day(scene.now);
        let first = today.saturating_sub(Span::new().years(3));
        if from < first {
            let words = format!("Parameter from must be the same date as, or after {first}.");
            return Answer::error(StatusCode::BAD_REQUEST, &words);
        }
        let channel = scene.channel();
        let Some(menu) = channel.rich_menus.get(&id) else { return Answer::not_found() };
        let areas: Vec<Value> = menu.menu.areas.iter().map(|area| json!(area.bounds)).collect();
        let days = days(channel, &id, from, to, today);
        let mut tapped = Tally::default();
        for tally in days.iter().flat_map(|(_, day)| day.tapped.values()) {
            tapped.merge(tally);
        }
        let (Some((first, _)), Some((last, _))) = (days.first(), days.last()) else {
            return Answer::ok(&json!({ "richMenuId": id }));
        };
        if tapped.users.len() < FEWEST {
            return Answer::ok(&json!({ "richMenuId": id }));
        }
        let clicks = areas.into_iter().enumerate();
        let clicks: Vec<_> = clicks
            .map(|(area, bounds)| json!({ "bounds": bounds, "metrics": tell(&days, Some(area)) }))
            .collect();
        Answer::ok(&json!({
            "richMenuId": id,
            "metricsFrom": digits(*first),
            "metricsTo": digits(*last),
            "impression": { "metrics": tell(&days, None) },
            "clicks": clicks,
        }))
    }))
}

/// The days between two, those that are over, and what people did with a menu on each.
fn days(channel: &Channel, menu: &str, from: Date, to: Date, today: Date) -> Vec<(Date, MenuDay)> {
    let all = from.series(Span::new().days(1));
    all.take_while(|day| *day <= to && *day < today)
        .map(|day| (day, channel.menu_uses.on(menu, day).cloned().unwrap_or_default()))
        .collect()
}

fn of(day: &MenuDay, area: Option<usize>) -> Option<&Tally> {
    match area {
        None => Some(&day.seen),
        Some(area) => day.tapped.get(&area),
    }
}

fn summary(days: &[(Date, MenuDay)], area: Option<usize>) -> Value {
    let mut sum = Tally::default();
    for tally in days.iter().filter_map(|(_, day)| of(day, area)) {
        sum.merge(tally);
    }
    json!({ "count": sum.count, "uniqueUsers": sum.users.len() })
}

fn daily(days: &[(Date, MenuDay)], area: Option<usize>) -> Value {
    let days: BTreeMap<_, _> = days.iter().map(|(date, day)| (date, of(day, area))).collect();
    let describe = |(date, tally): (&Date, Option<&Tally>)| {
        json!({
            "date": digits(*date),
            "count": tally.map_or(0, |tally| tally.count),
            "uniqueUsers": tally.map_or(0, |tally| tally.users.len()),
        })
    };
    days.into_iter().map(describe).collect()
}

fn digits(date: Date) -> String {
    date.to_string().replace('-', "")
}
