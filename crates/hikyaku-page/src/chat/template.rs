use hikyaku_model::{
    Action,
    message::TemplateMessage,
    template::{ImageCarouselTemplate, Template, TemplateImageAspectRatio, TemplateImageSize},
};

use crate::{
    css::{Color, Property, Ratio},
    flex,
    html::{Attribute, Element, Html, Tag},
    pen::Pen,
    picture::{self, Picture},
};

/// A picture, a title, a text and buttons: all of a buttons template, or a column of a carousel.
struct Column<'a> {
    image: Option<&'a str>,
    ratio: Option<&'a TemplateImageAspectRatio>,
    size: Option<&'a TemplateImageSize>,
    background: Option<&'a str>,
    title: Option<&'a str>,
    text: &'a str,
    default_action: Option<&'a Action>,
    actions: &'a [Action],
}

pub(super) fn draw(pen: &mut Pen<'_>, message: &TemplateMessage, html: &mut Html) {
    pen.field("template", |pen| match &message.template {
        Template::Buttons(it) => {
            let column = Column {
                image: it.thumbnail_image_url.as_deref(),
                ratio: it.image_aspect_ratio.as_ref(),
                size: it.image_size.as_ref(),
                background: it.image_background_color.as_deref(),
                title: it.title.as_deref(),
                text: &it.text,
                default_action: it.default_action.as_ref(),
                actions: &it.actions,
            };
            draw_column(pen, &column, html);
        }
        Template::Confirm(it) => {
            pen.place(html.div("card").class("tpl")).body(|html| {
                html.div("card-words").body(|html| html.div("tpl-words").text(&it.text));
                buttons(pen, html.div("tpl-buttons").class("tpl-beside"), &it.actions);
            });
        }
        Template::Carousel(it) => {
            scroller(pen, &message.alt_text, html).body(|html| {
                for (index, column) in it.columns.iter().enumerate() {
                    let column = Column {
                        image: column.thumbnail_image_url.as_deref(),
                        ratio: it.image_aspect_ratio.as_ref(),
                        size: it.image_size.as_ref(),
                        background: column.image_background_color.as_deref(),
                        title: column.title.as_deref(),
                        text: &column.text,
                        default_action: column.default_action.as_ref(),
                        actions: &column.actions,
                    };
                    pen.field("columns", |pen| {
                        pen.item(index, |pen| draw_column(pen, &column, html));
                    });
                }
            });
        }
        Template::ImageCarousel(it) => draw_pictures(pen, it, &message.alt_text, html),
        Template::Unknown(object) => flex::unknown(pen, object, html),
        _ => {}
    });
}

fn scroller<'e>(pen: &Pen<'_>, alt: &str, html: &'e mut Html) -> Element<'e> {
    let alt = if alt.is_empty() { pen.look.lang.carousel() } else { alt };
    html.div("tpl-carousel")
        .set(Attribute::Role, "group")
        .set(Attribute::TabIndex, "0")
        .set(Attribute::AriaLabel, alt)
}

fn draw_column(pen: &mut Pen<'_>, column: &Column<'_>, html: &mut Html) {
    pen.place(html.div("card").class("tpl")).body(|html| {
        let top = html.div("tpl-top");
        pen.tap(top, "defaultAction", column.default_action).body(|html| {
            pen.within(column.default_action, |pen| draw_column_top(pen, column, html));
        });
        buttons(pen, html.div("tpl-buttons"), column.actions);
    });
}

fn draw_column_top(pen: &Pen<'_>, column: &Column<'_>, html: &mut Html) {
    if let Some(url) = column.image {
        let ratio = match column.ratio {
            Some(TemplateImageAspectRatio::Square) => Ratio::SQUARE,
            _ => Ratio::new(151.0, 100.0),
        };
        let background = column.background.and_then(Color::parse);
        let place = html
            .div("tpl-pic")
            .style(Property::AspectRatio, ratio)
            .style_some(Property::Background, background);
        let is_cover = column.size != Some(&TemplateImageSize::Contain);
        picture::draw(pen, place, Picture { is_cover, ..Picture::cover(url) });
    }
    html.div("card-words").body(|html| {
        if let Some(title) = column.title {
            html.div("card-title").text(title);
        }
        html.div("tpl-words").text(column.text);
    });
}

fn buttons(pen: &mut Pen<'_>, place: Element<'_>, actions: &[Action]) {
    place.body(|html| {
        pen.field("actions", |pen| {
            for (index, action) in actions.iter().enumerate() {
                let button = html.element(Tag::Button).class("tpl-button").plain_button();
                pen.act(button, &index.to_string(), action)
                    .text(action.label().unwrap_or_default());
            }
        });
    });
}

fn draw_pictures(pen: &mut Pen<'_>, template: &ImageCarouselTemplate, alt: &str, html: &mut Html) {
    scroller(pen, alt, html).body(|html| {
        pen.field("columns", |pen| {
            for (index, column) in template.columns.iter().enumerate() {
                pen.item(index, |pen| {
                    let place = pen.place(html.div("tpl-square"));
                    pen.tap(place, "action", Some(&column.action)).body(|html| {
                        let place = html.div("tpl-pic").style(Property::AspectRatio, Ratio::SQUARE);
                        let picture = Picture::cover(&column.image_url);
                        pen.within(Some(&column.action), |pen| picture::draw(pen, place, picture));
                        if let Some(label) = column.action.label().filter(|it| !it.is_empty()) {
                            html.span("tpl-label").text(label);
                        }
                    });
                });
            }
        });
    });
}
