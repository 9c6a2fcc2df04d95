use hikyaku_model::flex::Video;

use super::measure;
use crate::{
    css::{Length, Property},
    html::{Html, Tag},
    pen::Pen,
    picture::{self, Picture},
    play,
};

pub(super) fn draw(pen: &mut Pen<'_>, video: &Video, html: &mut Html) {
    pen.place(html.div("fx-video")).body(|html| {
        html.div("fx-video-pic").body(|html| {
            let preview = html
                .div("fx-pic")
                .style(Property::Width, Length::percent(100.0))
                .style(Property::AspectRatio, measure::ratio(video.aspect_ratio.as_deref()));
            picture::draw(pen, preview, Picture::cover(&video.preview_url));
            play::draw(pen, "play", &video.url, html);
        });
        if let Some(action) = &video.action {
            let link = html.element(Tag::Button).class("fx-video-link").plain_button();
            pen.act(link, "action", action).text(action.label().unwrap_or_default());
        }
    });
}
