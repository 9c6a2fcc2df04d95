use hikyaku_model::message::{
    AudioMessage, CouponMessage, LocationMessage, StickerMessage, VideoMessage,
};

use crate::{
    css::{Property, Ratio},
    html::{Attribute, Html, Tag, Url},
    look::KnownCoupon,
    pen::Pen,
    picture::{self, Picture},
    play,
};

/// Draws what stands for a sticker, whose pictures are LINE's.
pub(super) fn sticker(pen: &Pen<'_>, sticker: &StickerMessage, html: &mut Html) {
    html.div("sticker").body(|html| {
        html.span("sticker-face").set(Attribute::AriaHidden, "true").empty();
        html.span("sticker-kind").text(pen.look.lang.sticker());
        let ids = format!("{}:{}", sticker.package_id, sticker.sticker_id);
        html.span("sticker-ids").text(&ids);
    });
}

pub(super) fn image(pen: &Pen<'_>, preview: &str, html: &mut Html) {
    html.div("shot").body(|html| {
        let place = html.div("shot-pic").style(Property::AspectRatio, Ratio::new(4.0, 3.0));
        picture::draw(pen, place, Picture::cover(preview));
    });
}

/// Draws a picture that is on the page's own server.
pub(super) fn picture(url: &Url, html: &mut Html) {
    html.div("shot").class("shot-own").body(|html| {
        html.element(Tag::Img).class("shot-img").src(url).empty();
    });
}

/// Draws a video that is on the page's own server, which can be played.
pub(super) fn film(pen: &Pen<'_>, url: &Url, html: &mut Html) {
    html.div("shot").class("shot-own").body(|html| {
        let player = html.element(Tag::Video).class("shot-film").plays(url);
        player.set(Attribute::AriaLabel, pen.look.lang.video()).empty();
    });
}

/// Draws a recording that is on the page's own server, which can be played.
pub(super) fn sound(pen: &Pen<'_>, url: &Url, html: &mut Html) {
    let player = html.element(Tag::Audio).class("sound").plays(url);
    player.set(Attribute::AriaLabel, pen.look.lang.audio()).empty();
}

pub(super) fn video(pen: &Pen<'_>, video: &VideoMessage, html: &mut Html) {
    html.div("shot").body(|html| {
        let place = html.div("shot-pic").style(Property::AspectRatio, Ratio::new(16.0, 9.0));
        picture::draw(pen, place, Picture::cover(&video.preview_image_url));
        play::draw(pen, "play", &video.original_content_url, html);
    });
}

pub(super) fn audio(pen: &Pen<'_>, audio: &AudioMessage, html: &mut Html) {
    html.div("balloon").class("audio").body(|html| {
        play::draw(pen, "audio-play", &audio.original_content_url, html);
        html.span("audio-wave").set(Attribute::AriaHidden, "true").empty();
        let seconds = audio.duration.div_ceil(1000);
        html.span("audio-time").text(&format!("{}:{:02}", seconds / 60, seconds % 60));
    });
}

pub(super) fn location(place: &LocationMessage, html: &mut Html) {
    html.div("card").body(|html| {
        html.div("map").set(Attribute::AriaHidden, "true").body(|html| {
            html.span("map-pin").empty();
        });
        html.div("card-words").body(|html| {
            html.div("card-title").text(&place.title);
            html.div("card-text").text(&place.address);
            let at = format!("{:.4}, {:.4}", place.latitude.get(), place.longitude.get());
            html.div("card-fine").text(&at);
        });
    });
}

pub(super) fn coupon(pen: &Pen<'_>, coupon: &CouponMessage, html: &mut Html) {
    html.div("card").class("coupon").body(|html| {
        html.span("coupon-sign").set(Attribute::AriaHidden, "true").text("%");
        html.div("card-words").body(|html| {
            let (lang, id) = (pen.look.lang, coupon.coupon_id.as_str());
            let known = pen.look.coupons.as_ref().map(|coupons| coupons.get(id));
            let (title, words) = match known {
                None => (lang.coupon(), id.to_owned()),
                Some(None) => (lang.coupon(), format!("{}: {id}", lang.coupon_unknown())),
                Some(Some(KnownCoupon::Running(title))) => (&**title, lang.coupon().to_owned()),
                Some(Some(KnownCoupon::Closed(title))) => {
                    (&**title, lang.coupon_closed().to_owned())
                }
            };
            html.div("card-title").text(title);
            html.div("card-fine").text(&words);
        });
    });
}

pub(super) fn file(pen: &Pen<'_>, name: &str, bytes: u64, html: &mut Html) {
    html.div("balloon").class("file").body(|html| {
        html.span("file-sign").set(Attribute::AriaHidden, "true").empty();
        html.div("file-words").body(|html| {
            html.div("file-name").text(name);
            let size = format!("{} · {}", pen.look.lang.file(), size(bytes));
            html.div("file-size").text(&size);
        });
    });
}

/// A size in the unit that keeps it short.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..0x10_0000 => format!("{} KB", bytes / 1024),
        _ => format!("{}.{} MB", bytes >> 20, ((bytes & 0xf_ffff) * 10) >> 20),
    }
}
