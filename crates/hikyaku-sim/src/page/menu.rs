//! The rich menu below the chat.

use hikyaku_model::{Action, rich_menu::RichMenu};
use hikyaku_page::{
    Lang,
    css::{Length, Property, Ratio},
    html::{Attribute, Html, Tag, Url},
};

use super::PREFIX;
use crate::state::{World, chat::Target};

/// What a person sees of the account's menus.
#[derive(Debug)]
pub(super) struct Menu {
    id: String,
    shown: RichMenu,
    /// Where its picture is, if it has one.
    picture: Option<Url>,
}

impl Menu {
    /// The menu of a person; groups and rooms have none.
    pub(super) fn of(world: &World, channel: usize, chat: &Target) -> Option<Self> {
        let Target::User(user) = chat else { return None };
        let of = &world.channels[channel];
        let stored = of.rich_menus.get(of.rich_menus.seen_by(*user)?)?;
        let path = format!("{PREFIX}menu/{}/{}", of.id, stored.id);
        let picture = stored.image.as_ref().and_then(|_| Url::path(&path));
        Some(Self { id: stored.id.clone(), shown: stored.menu.clone(), picture })
    }

    /// The bar that opens it, and its areas.
    pub(super) fn draw(&self, lang: Lang, html: &mut Html) {
        html.div("menu").set(Attribute::DataPart, "menu").body(|html| {
            let bar = html.element(Tag::Button).class("menu-bar").plain_button();
            bar.set(Attribute::DataId, &self.id)
                .set(Attribute::DataDo, "menu")
                .set(Attribute::DataTo, &self.id)
                .set(Attribute::DataState, if self.shown.selected { "open" } else { "closed" })
                .text(&self.shown.chat_bar_text);
            let size = &self.shown.size;
            let ratio = Ratio::new(f64::from(size.width), f64::from(size.height));
            let sheet = html.div("menu-sheet").set(Attribute::DataId, &self.id);
            let sheet = sheet.set(Attribute::Role, "group");
            let sheet = sheet.set(Attribute::AriaLabel, &self.shown.name);
            sheet.style(Property::AspectRatio, ratio).body(|html| {
                if let Some(url) = &self.picture {
                    html.element(Tag::Img).class("menu-picture").src(url).empty();
                }
                for (index, area) in self.shown.areas.iter().enumerate() {
                    let share = |part: u32, whole: u32| {
                        Length::percent(100.0 * f64::from(part) / f64::from(whole.max(1)))
                    };
                    let words = words(&area.action, lang);
                    let pointer = format!("/areas/{index}/action");
                    let place = html.element(Tag::Button).class("menu-area").plain_button();
                    place
                        .set(Attribute::DataPtr, &pointer)
                        .set(Attribute::DataAct, "menu")
                        .set(Attribute::AriaLabel, words)
                        .set(Attribute::Title, words)
                        .style(Property::Left, share(area.bounds.x, size.width))
                        .style(Property::Top, share(area.bounds.y, size.height))
                        .style(Property::Width, share(area.bounds.width, size.width))
                        .style(Property::Height, share(area.bounds.height, size.height))
                        .body(|html| {
                            if self.picture.is_none() {
                                html.span("area-label").text(words);
                            }
                        });
                }
            });
        });
    }

    /// If there is none.
    pub(super) fn draw_none(html: &mut Html) {
        html.div("menu").set(Attribute::DataPart, "menu").empty();
    }
}

/// What an area is called: by its label, or by what it does.
fn words(action: &Action, lang: Lang) -> &str {
    let label = action.label().filter(|label| !label.is_empty());
    label.unwrap_or_else(|| match action {
        Action::Message(it) => &it.text,
        Action::Postback(it) => it.display_text.as_deref().unwrap_or(&it.data),
        Action::Uri(it) => &it.uri,
        Action::DatetimePicker(it) => &it.data,
        Action::RichMenuSwitch(it) => &it.rich_menu_alias_id,
        Action::Clipboard(it) => &it.clipboard_text,
        _ => lang.message(),
    })
}
