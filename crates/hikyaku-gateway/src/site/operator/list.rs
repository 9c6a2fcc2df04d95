//! Deliveries in a table.

use hikyaku_page::html::Html;
use hikyaku_sender::{Lane, Listed, WaitingFor};

use super::{badge, cell, cell_with, delivery_link, or_dash, table};
use crate::{
    page::{Frame, ago},
    words::operator as words,
};

/// Deliveries, one a row.
pub(super) fn list(html: &mut Html, frame: &Frame<'_>, found: &[Listed], now: i64) {
    let lang = frame.lang;
    let names = [
        words::number(lang),
        words::state(lang),
        words::kind(lang),
        words::recipient(lang),
        words::created(lang),
        words::attempts(lang),
        words::last_error(lang),
    ];
    table(html, &names, words::none_found(lang), found, |html, delivery| {
        cell_with(html, |html| delivery_link(html, delivery.id.get()));
        cell_with(html, |html| badge(html, delivery.state.name()));
        cell(html, Lane::of(delivery.kind).name());
        cell_with(html, |html| html.span("id").text(&recipient(delivery)));
        cell_with(html, |html| ago(html, lang, now, delivery.created_at.as_millis()));
        cell(html, &delivery.attempts.to_string());
        let waits = delivery.waiting_for.map(WaitingFor::name);
        cell(html, or_dash(delivery.last_error.as_deref().or(waits)));
    });
}

/// To whom, for people.
pub(super) fn recipient(delivery: &Listed) -> String {
    match delivery.to.as_slice() {
        [] => "–".to_owned(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} +{}", rest.len()),
    }
}
