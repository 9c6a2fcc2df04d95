//! The page around its parts: what stays while they change.

use hikyaku_page::{
    Lang,
    html::{Attribute, Document, Element, Html, Tag, Url},
};

use super::{asked::Asked, display, keys, panel::block, record, snippets::LANGUAGES, transfer};

/// Pictures that LINE takes from people, and anything else as a file.
const ATTACHMENTS: &str = "image/png,image/jpeg,image/gif,image/webp,video/mp4,audio/*,*/*";

/// The page. Its parts are empty until its script has asked for them.
pub(super) fn draw(asked: &Asked) -> Html {
    let lang = asked.lang;
    let mut document = Document::new(lang.tag(), lang.page_title());
    if let Some(is_dark) = asked.is_dark {
        document = document.dark(is_dark);
    }
    if let [Some(icon), Some(style), Some(drawing), Some(page)] =
        ["icon.svg", "style.css", "drawing.js", "page.js"]
            .map(|name| Url::path(&format!("{}{name}", super::PREFIX)))
    {
        document = document.linked(icon, style, [drawing, page]);
    }
    document.body(|html| {
        html.div("app").set(Attribute::Id, "app").set(Attribute::DataState, "chat").body(|html| {
            draw_bar(lang, html);
            html.element(Tag::P)
                .class("offline")
                .set(Attribute::Id, "offline")
                .set(Attribute::Role, "alert")
                .set(Attribute::Hidden, "")
                .text(lang.offline());
            part(html, Tag::Div, "banner").class("banner").empty();
            html.element(Tag::Main).class("columns").body(|html| {
                draw_chats(lang, html);
                draw_phone(lang, html);
                draw_side(lang, html);
            });
            draw_tabs(lang, html);
        });
        keys::draw(lang, html);
        draw_toast(lang, html);
        draw_words(lang, html);
    })
}

/// What is said for a moment. It is in no column, since of those only one may be seen.
fn draw_toast(lang: Lang, html: &mut Html) {
    html.div("toast")
        .set(Attribute::Id, "toast")
        .set(Attribute::Role, "status")
        .set(Attribute::Hidden, "")
        .body(|html| {
            html.span("toast-words").set(Attribute::Id, "toast-words").empty();
            html.element(Tag::A)
                .class("toast-link")
                .set(Attribute::Id, "toast-link")
                .set(Attribute::Hidden, "")
                .text(lang.open());
        });
}

/// An element that the script fills with a part.
fn part<'e>(html: &'e mut Html, tag: Tag, name: &str) -> Element<'e> {
    html.element(tag).set(Attribute::DataPart, name)
}

fn button<'e>(html: &'e mut Html, class: &'static str, does: &str) -> Element<'e> {
    html.element(Tag::Button).class(class).plain_button().set(Attribute::DataDo, does)
}

fn draw_bar(lang: Lang, html: &mut Html) {
    html.element(Tag::Header).class("bar").body(|html| {
        html.span("mark").set(Attribute::AriaHidden, "true").empty();
        html.element(Tag::H1).class("bar-title").text(lang.page_title());
        part(html, Tag::Div, "account").empty();
        html.span("bar-gap").empty();
        html.span("live")
            .set(Attribute::Id, "live")
            .set(Attribute::Role, "status")
            .text(lang.live());
        let select = html.element(Tag::Select).class("quiet").set(Attribute::DataDo, "language");
        select.set(Attribute::AriaLabel, lang.language()).body(|html| {
            for (of, name) in Lang::ALL.into_iter().zip(["English", "日本語", "繁體中文", "ไทย"])
            {
                html.element(Tag::Option)
                    .set(Attribute::Value, of.tag())
                    .set(Attribute::Lang, of.tag())
                    .set_some(Attribute::Selected, (of == lang).then_some(""))
                    .text(name);
            }
        });
        let help = button(html, "icon-button", "keys").class("icon-keys");
        help.set(Attribute::AriaLabel, lang.keys()).set(Attribute::Title, lang.keys()).empty();
        let theme = button(html, "icon-button", "theme").class("icon-theme");
        theme.set(Attribute::AriaLabel, lang.theme()).set(Attribute::Title, lang.theme()).empty();
    });
}

fn draw_chats(lang: Lang, html: &mut Html) {
    let column = html.element(Tag::Nav).class("column").class("column-chats");
    column.set(Attribute::AriaLabel, lang.chats()).body(|html| {
        html.div("column-head").body(|html| {
            html.element(Tag::H2).class("column-title").text(lang.chats());
        });
        let bar = html.div("group-bar").set(Attribute::Id, "group-bar").set(Attribute::Hidden, "");
        bar.body(|html| {
            html.element(Tag::P).class("fine").text(lang.choose_members());
            html.div("picker-buttons").body(|html| {
                button(html, "strong", "make-group").text(lang.new_group());
                button(html, "quiet", "no-group").text(lang.cancel());
            });
        });
        html.div("search").body(|html| {
            html.element(Tag::Input)
                .class("field")
                .text_input()
                .set(Attribute::Id, "find")
                .set(Attribute::Autocomplete, "off")
                .set(Attribute::Spellcheck, "false")
                .set(Attribute::Placeholder, lang.find_chat())
                .set(Attribute::AriaLabel, lang.find_chat())
                .empty();
        });
        html.div("chat-acts").body(|html| {
            button(html, "quiet", "add-friend").text(lang.add_friend());
            button(html, "quiet", "new-group").text(lang.new_group());
        });
        part(html, Tag::Ul, "chats").class("chats").empty();
    });
}

fn draw_phone(lang: Lang, html: &mut Html) {
    let column = html.element(Tag::Section).class("column").class("column-phone");
    column.body(|html| {
        html.div("handset").set(Attribute::Id, "handset").body(|html| {
            part(html, Tag::Header, "who").class("who-bar").empty();
            draw_members(lang, html);
            html.div("thread").set(Attribute::Id, "thread").set(Attribute::TabIndex, "-1").body(
                |html| {
                    part(html, Tag::Div, "thread").class("chat").class("thread-rows").empty();
                },
            );
            part(html, Tag::Div, "again").set(Attribute::Hidden, "").empty();
            let newer = button(html, "newer", "newer").set(Attribute::Id, "newer");
            newer.set(Attribute::Hidden, "").text(lang.newer());
            part(html, Tag::Div, "foot").class("foot-notes").empty();
            draw_picker(lang, html);
            let quoting = html.div("quoting").set(Attribute::Id, "quoting");
            quoting.set(Attribute::Hidden, "").body(|html| {
                html.span("fine").set(Attribute::Id, "quoting-label").empty();
                html.span("quoting-words").set(Attribute::Id, "quoting-words").empty();
                button(html, "quiet", "no-quote").text(lang.cancel());
            });
            html.div("mention-box")
                .set(Attribute::Id, "mention-box")
                .set(Attribute::Hidden, "")
                .body(|html| {
                    part(html, Tag::Ul, "mentions").class("mention-list").empty();
                });
            draw_extras(lang, html);
            html.div("composer").set(Attribute::Id, "composer").body(|html| {
                let attach = html.element(Tag::Label).class("icon-button").class("icon-attach");
                attach.set(Attribute::Title, lang.attach()).body(|html| {
                    html.element(Tag::Input)
                        .class("file-input")
                        .file_input(ATTACHMENTS)
                        .set(Attribute::Id, "attach")
                        .set(Attribute::AriaLabel, lang.attach())
                        .empty();
                });
                let more = button(html, "icon-button", "extras").class("icon-more");
                more.set(Attribute::AriaExpanded, "false")
                    .set(Attribute::AriaControls, "extras")
                    .set(Attribute::AriaLabel, lang.more_kinds())
                    .set(Attribute::Title, lang.more_kinds())
                    .empty();
                html.element(Tag::Textarea)
                    .class("words-field")
                    .set(Attribute::Id, "words")
                    .set(Attribute::Rows, "1")
                    .set(Attribute::AriaAutocomplete, "list")
                    .set(Attribute::AriaControls, "mention-list")
                    .set(Attribute::AriaLabel, lang.message())
                    .empty();
                let send = button(html, "icon-button", "send").class("icon-send");
                send.set(Attribute::Id, "send")
                    .set(Attribute::AriaLabel, lang.send())
                    .set(Attribute::Title, lang.send())
                    .empty();
            });
            part(html, Tag::Div, "menu").class("menu").empty();
        });
    });
}

/// Who is in the group that is open, and who could come.
fn draw_members(lang: Lang, html: &mut Html) {
    let sheet = html.element(Tag::Section).class("members-sheet").set(Attribute::Id, "members");
    let sheet = sheet.set(Attribute::AriaLabel, lang.members()).set(Attribute::Hidden, "");
    sheet.body(|html| {
        html.div("members-bar").body(|html| {
            html.element(Tag::Input)
                .class("field")
                .text_input()
                .set(Attribute::Id, "find-member")
                .set(Attribute::Autocomplete, "off")
                .set(Attribute::Spellcheck, "false")
                .set(Attribute::Placeholder, lang.find_member())
                .set(Attribute::AriaLabel, lang.find_member())
                .empty();
            button(html, "quiet", "members").text(lang.close());
        });
        part(html, Tag::Ul, "members").class("members").empty();
    });
}

/// What people send beside texts and files: places and stickers.
fn draw_extras(lang: Lang, html: &mut Html) {
    let extras = html.div("extras").set(Attribute::Id, "extras").set(Attribute::Hidden, "");
    let extras = extras.set(Attribute::Role, "group").set(Attribute::AriaLabel, lang.more_kinds());
    extras.body(|html| {
        html.div("extra").body(|html| {
            extra_field("place-title", lang.place_title(), "Tokyo Station", html);
            extra_field("place-address", lang.place_address(), "1-9-1 Marunouchi, Tokyo", html);
            extra_field("place-latitude", lang.latitude(), "35.6812", html);
            extra_field("place-longitude", lang.longitude(), "139.7671", html);
            button(html, "strong", "send-place").text(lang.send_place());
        });
        html.div("extra").body(|html| {
            extra_field("sticker-package", lang.package_id(), "446", html);
            extra_field("sticker-id", lang.sticker_id(), "1988", html);
            button(html, "strong", "send-sticker").text(lang.send_sticker());
        });
    });
}

fn extra_field(id: &str, name: &str, value: &str, html: &mut Html) {
    html.element(Tag::Label).class("picker-label").body(|html| {
        html.text(name);
        let field = html.element(Tag::Input).class("field").text_input();
        field.set(Attribute::Id, id).set(Attribute::Value, value).empty();
    });
}

/// What asks for a date or time.
fn draw_picker(lang: Lang, html: &mut Html) {
    let picker = html.div("picker").set(Attribute::Id, "picker").set(Attribute::Hidden, "");
    picker.set(Attribute::Role, "group").set(Attribute::AriaLabel, lang.pick_date()).body(|html| {
        html.element(Tag::Label).class("picker-label").body(|html| {
            html.text(lang.pick_date());
            let field = html.element(Tag::Input).class("field").text_input();
            field.set(Attribute::Id, "picked").empty();
        });
        html.div("picker-buttons").body(|html| {
            button(html, "quiet", "pick-cancel").text(lang.cancel());
            button(html, "strong", "pick-ok").text(lang.ok());
        });
    });
}

fn draw_side(lang: Lang, html: &mut Html) {
    let column = html.element(Tag::Section).class("column").class("column-side");
    column.set(Attribute::AriaLabel, lang.connect()).body(|html| {
        html.div("side-tabs").set(Attribute::Role, "tablist").body(|html| {
            for (to, name) in [
                ("connect", lang.connect()),
                ("requests", lang.requests()),
                ("controls", lang.controls()),
            ] {
                button(html, "side-tab", "panel")
                    .set(Attribute::Role, "tab")
                    .set(Attribute::DataTo, to)
                    .set(Attribute::AriaControls, &format!("panel-{to}"))
                    .set(Attribute::AriaSelected, if to == "connect" { "true" } else { "false" })
                    .text(name);
            }
        });
        let panel = html.div("panel").set(Attribute::Id, "panel-connect");
        panel.set(Attribute::Role, "tabpanel").body(|html| draw_connect(lang, html));
        let panel = html.div("panel").set(Attribute::Id, "panel-controls");
        let panel = panel.set(Attribute::Role, "tabpanel").set(Attribute::Hidden, "");
        panel.body(|html| {
            part(html, Tag::Div, "controls").class("controls").empty();
            // What the browser alone does stays as it is.
            html.div("desk").body(|html| {
                display::draw(lang, html);
                block(lang.pictures(), "pictures", html, |html| {
                    html.element(Tag::P).class("fine").text(lang.pictures_hint());
                    html.div("choices").body(|html| {
                        let load = html.element(Tag::Button).class("quiet").class("load-all");
                        load.plain_button().text(lang.load_all());
                    });
                });
                record::draw(lang, html);
                transfer::draw(lang, html);
            });
        });
        let panel = html.div("panel").class("panel-traffic").set(Attribute::Id, "panel-requests");
        let panel = panel.set(Attribute::Role, "tabpanel").set(Attribute::Hidden, "");
        panel.body(|html| {
            html.div("traffic-bar").body(|html| {
                html.element(Tag::Input)
                    .class("field")
                    .text_input()
                    .set(Attribute::Id, "find-entry")
                    .set(Attribute::Autocomplete, "off")
                    .set(Attribute::Spellcheck, "false")
                    .set(Attribute::Placeholder, lang.find_entry())
                    .set(Attribute::AriaLabel, lang.find_entry())
                    .empty();
                let only = button(html, "quiet", "problems").set(Attribute::Id, "problems");
                only.set(Attribute::AriaPressed, "false").text(lang.problems());
            });
            part(html, Tag::Div, "traffic").class("traffic").empty();
        });
    });
}

fn draw_connect(lang: Lang, html: &mut Html) {
    html.element(Tag::Section).class("block").body(|html| {
        html.element(Tag::H3).class("block-title").text(lang.your_bot());
        part(html, Tag::P, "health").class("health").empty();
        part(html, Tag::Div, "webhook").set(Attribute::Hidden, "").empty();
        html.div("field-row").body(|html| {
            html.element(Tag::Input)
                .class("field")
                .class("mono")
                .text_input()
                .set(Attribute::Id, "webhook-url")
                .set(Attribute::Autocomplete, "off")
                .set(Attribute::Spellcheck, "false")
                .set(Attribute::Placeholder, "http://127.0.0.1:8000/callback")
                .set(Attribute::AriaLabel, lang.webhook_url())
                .empty();
            button(html, "strong", "save-webhook").text(lang.save());
            button(html, "quiet", "test-webhook").text(lang.test());
        });
    });
    html.element(Tag::Section).class("block").body(|html| {
        html.element(Tag::H3).class("block-title").text(lang.credentials());
        html.element(Tag::P).class("fine").text(lang.credentials_fake());
        part(html, Tag::Ul, "credentials").class("facts").empty();
    });
    html.element(Tag::Section).class("block").body(|html| {
        html.element(Tag::H3).class("block-title").text(lang.point_here());
        html.div("tabs").body(|html| {
            let tabs = html.div("tab-list").set(Attribute::Role, "tablist");
            tabs.set(Attribute::AriaLabel, lang.point_here()).body(|html| {
                for (index, name) in LANGUAGES.into_iter().enumerate() {
                    button(html, "tab", "snippet")
                        .set(Attribute::Role, "tab")
                        .set(Attribute::DataTo, name)
                        .set(Attribute::AriaSelected, if index == 0 { "true" } else { "false" })
                        .text(name);
                }
            });
            button(html, "copy", "copy-snippet").text(lang.copy());
        });
        part(html, Tag::Div, "snippets").class("snippets").empty();
    });
}

/// On a narrow screen, which column is seen.
fn draw_tabs(lang: Lang, html: &mut Html) {
    html.element(Tag::Nav).class("bottom").body(|html| {
        for (to, name) in
            [("chats", lang.chats()), ("chat", lang.chat()), ("side", lang.your_bot())]
        {
            button(html, "bottom-tab", "column")
                .set(Attribute::DataTo, to)
                .set(Attribute::AriaPressed, if to == "chat" { "true" } else { "false" })
                .text(name);
        }
    });
}

/// Words that the script says.
fn draw_words(lang: Lang, html: &mut Html) {
    html.div("words-of-script").set(Attribute::Hidden, "").body(|html| {
        for (id, words) in [
            ("say-copied", lang.copied()),
            ("say-opens", lang.opens()),
            ("say-quoting", lang.quoting()),
            ("say-editing", lang.editing()),
            ("say-gone", lang.message_gone()),
            ("say-imported", lang.imported()),
            ("say-record-stop", lang.record_stop()),
            ("say-recorded", lang.recorded()),
            ("say-nothing-recorded", lang.nothing_recorded()),
        ] {
            html.span("say").set(Attribute::Id, id).text(words);
        }
    });
}
