use hikyaku_model::message::QuickReply;

use crate::{
    html::{Attribute, Html, Tag},
    pen::Pen,
    picture::{self, Picture},
};

pub(super) fn draw(pen: &mut Pen<'_>, quick_reply: &QuickReply, id: Option<&str>, html: &mut Html) {
    let row = html.div("quick").set(Attribute::Role, "group").set_some(Attribute::DataId, id);
    row.set(Attribute::AriaLabel, pen.look.lang.quick_replies()).body(|html| {
        pen.field("quickReply", |pen| {
            pen.field("items", |pen| {
                for (index, item) in quick_reply.items.iter().enumerate() {
                    pen.item(index, |pen| {
                        let button = html.element(Tag::Button).class("pill").plain_button();
                        pen.act(button, "action", &item.action).body(|html| {
                            if let Some(url) = &item.image_url {
                                picture::draw(pen, html.span("pill-pic"), Picture::small(url));
                            }
                            html.span("pill-label").text(item.action.label().unwrap_or_default());
                        });
                    });
                }
            });
        });
    });
}
