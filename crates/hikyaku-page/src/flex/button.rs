use hikyaku_model::flex::{Button, ButtonHeight, ButtonStyle};

use super::{
    cell::{Cell, Place, gravity},
    text::fitted,
};
use crate::{
    css::{Color, Property},
    html::{Html, Tag},
    pen::Pen,
};

pub(super) fn draw(pen: &mut Pen<'_>, button: &Button, cell: Cell<'_>, html: &mut Html) {
    let place = Place {
        flex: button.flex,
        margin: button.margin.as_ref(),
        position: button.position.as_ref(),
        offsets: [
            &button.offset_top,
            &button.offset_bottom,
            &button.offset_start,
            &button.offset_end,
        ]
        .map(Option::as_ref),
        basis: None,
    };
    let (class, colored) = match &button.style {
        Some(ButtonStyle::Primary) => ("fx-primary", Property::Background),
        Some(ButtonStyle::Secondary) => ("fx-secondary", Property::Background),
        _ => ("fx-link", Property::Color),
    };
    let height = match &button.height {
        Some(ButtonHeight::Sm) => "fx-low",
        _ => "fx-high",
    };
    let outer = html.div("fx-btn-cell").class_some(gravity(cell, button.gravity.as_ref()));
    cell.put(pen.place(outer), &place).body(|html| {
        let inner = html.element(Tag::Button).class("fx-btn").class(class).class(height);
        let inner = if button.scaling == Some(true) { inner.class("fx-scaled") } else { inner };
        let inner = inner
            .plain_button()
            .style_some(colored, button.color.as_deref().and_then(Color::parse));
        pen.act(inner, "action", &button.action).body(|html| {
            let label = fitted(html.span("fx-btn-label"), button.adjust_mode.as_ref());
            label.text(button.action.label().unwrap_or_default());
        });
    });
}
