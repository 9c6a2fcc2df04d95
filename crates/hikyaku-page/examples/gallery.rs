//! A page of layouts and conversations, to look at: `cargo run -p hikyaku-page --example gallery -- OUT.html [dark]`.

#![expect(clippy::unwrap_used, reason = "an example that cannot go on fails")]

#[path = "gallery/talk.rs"]
mod talk;

use hikyaku_model::flex::Container;
use hikyaku_page::{
    Lang, Look, SCRIPT, SCRIPT_HASH, STYLES,
    chat::{self, Entry},
    html::{Asset, Document, Html, Tag},
};

/// How the gallery itself is laid out.
const SHEET: Asset = Asset::new(include_str!("gallery/gallery.css"));

/// Layouts of many kinds, and what each is called.
const LAYOUTS: [(&str, &str); 6] = [
    ("Restaurant", include_str!("gallery/restaurant.json")),
    ("Receipt", include_str!("gallery/receipt.json")),
    ("Ticket", include_str!("gallery/ticket.json")),
    ("Transit", include_str!("gallery/transit.json")),
    ("Shopping carousel", include_str!("gallery/shopping.json")),
    ("Sale, small bubbles", include_str!("gallery/sale.json")),
];

fn main() {
    let mut words = std::env::args().skip(1);
    let out = words.next().unwrap_or_else(|| "gallery.html".to_owned());
    let is_dark = words.next().is_some_and(|word| word == "dark");
    let mut document = Document::new("en", "Gallery").dark(is_dark).script(SCRIPT, SCRIPT_HASH);
    for sheet in STYLES {
        document = document.style(sheet);
    }
    let page = document.style(SHEET).body(|html| {
        html.element(Tag::Main).class("gallery").body(|html| {
            for (name, json) in LAYOUTS {
                let container = Container::from_json(json).unwrap();
                let entry = Entry::flex(&container, "").by("Hoshi Store").at(talk::time(9, 41));
                figure(name, &chat::draw(&[entry], &Look::default()), html);
            }
            figure("English", &talk::english(&Look::new(Lang::English)), html);
            figure("日本語", &talk::japanese(&Look::new(Lang::Japanese)), html);
            figure("ไทย", &talk::thai(&Look::new(Lang::Thai)), html);
        });
    });
    std::fs::write(out, page.as_str()).unwrap();
}

fn figure(name: &str, drawing: &Html, html: &mut Html) {
    html.element(Tag::Section).class("figure").body(|html| {
        html.element(Tag::H2).text(name);
        html.div("phone").body(|html| html.append(drawing));
    });
}
