//! A page about a file of messages.

use hikyaku_model::{Message, flex::Container};

use crate::{
    SCRIPT, SCRIPT_HASH, STYLES,
    chat::{self, Entry},
    css::{Length, Property},
    html::{Asset, Attribute, Document, Html, Tag},
    look::{Look, Pictures},
};

/// What tells of taps on such a page.
const TAPS: Asset = Asset::new(include_str!("asset/preview.js"));

/// The hash of [`TAPS`] for the page's policy.
const TAPS_HASH: &str = "sha256-tijTVbhPJ9CDxs853V0m1wwH8wqNB2+K2cQQQLkUXbQ=";

/// A page that shows a file of messages as on a phone.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Preview<'a> {
    /// The file's name.
    pub title: &'a str,
    /// The options of the drawing.
    pub look: &'a Look,
    /// The width of the phone, in pixels.
    pub width: u32,
    /// Whether it is dark; `None` follows the reader's system.
    pub is_dark: Option<bool>,
    /// Notes about the file.
    pub notes: &'a [String],
    /// Whether it shows only the phone, as for an image of it.
    pub is_bare: bool,
}

/// The content of a file of messages.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Shown<'a> {
    /// A bubble or a carousel.
    Flex(&'a Container),
    /// A message.
    One(&'a Message),
    /// A list of messages.
    Many(&'a [Message]),
}

impl<'a> Preview<'a> {
    /// The width of a phone, in pixels.
    pub const WIDTH: u32 = 390;

    /// Creates a page with a file's name.
    pub fn new(title: &'a str, look: &'a Look) -> Self {
        Self { title, look, width: Self::WIDTH, is_dark: None, notes: &[], is_bare: false }
    }

    /// Sets the width of the phone, in pixels.
    pub fn width(mut self, width: u32) -> Self {
        self.width = width;
        self
    }

    /// Makes the page light or dark.
    pub fn dark(mut self, is_dark: bool) -> Self {
        self.is_dark = Some(is_dark);
        self
    }

    /// Sets the notes about the file.
    pub fn notes(mut self, notes: &'a [String]) -> Self {
        self.notes = notes;
        self
    }

    /// Omits everything except the phone.
    pub fn bare(mut self) -> Self {
        self.is_bare = true;
        self
    }

    /// Returns the self-contained page.
    pub fn draw(&self, shown: Shown<'_>) -> Html {
        let lang = self.look.lang;
        let mut document = Document::new(lang.tag(), self.title)
            .script(SCRIPT, SCRIPT_HASH)
            .script(TAPS, TAPS_HASH);
        for sheet in STYLES {
            document = document.style(sheet);
        }
        if let Some(is_dark) = self.is_dark {
            document = document.dark(is_dark);
        }
        let phone = self.phone(shown);
        if self.is_bare {
            return document.body(|html| html.append(&phone));
        }
        document.body(|html| {
            html.element(Tag::Main).class("sheet").body(|html| {
                html.element(Tag::Header).class("sheet-head").body(|html| {
                    html.element(Tag::H1).text(self.title);
                    if self.look.pictures == Pictures::OnDemand
                        && phone.as_str().contains("pic-load")
                    {
                        let button = html.element(Tag::Button).class("load-all").plain_button();
                        button.text(lang.load_all());
                    }
                });
                html.append(&phone);
                html.element(Tag::Aside).class("sheet-notes").body(|html| {
                    if !self.notes.is_empty() {
                        html.element(Tag::H2).text(lang.notes());
                        html.element(Tag::Ul).body(|html| {
                            for note in self.notes {
                                html.element(Tag::Li).text(note);
                            }
                        });
                    }
                    let told = html.element(Tag::P).class("tapped");
                    told.set(Attribute::AriaLive, "polite").body(|html| {
                        for class in ["tapped-action", "tapped-outcome", "tapped-pointer"] {
                            html.span(class).empty();
                        }
                    });
                    html.element(Tag::P).class("fine").text(lang.approximate());
                });
            });
        })
    }

    fn phone(&self, shown: Shown<'_>) -> Html {
        let length = if let Shown::Many(messages) = shown { messages.len() } else { 0 };
        let pointers: Vec<String> = (0..length).map(|index| format!("/{index}")).collect();
        let entries: Vec<Entry<'_>> = match shown {
            Shown::Flex(container) => vec![Entry::flex(container, "")],
            Shown::One(message) => vec![Entry::message(message, "")],
            Shown::Many(messages) => messages
                .iter()
                .zip(&pointers)
                .map(|(message, pointer)| Entry::message(message, pointer))
                .collect(),
        };
        let account = self.look.lang.account();
        let entries: Vec<Entry<'_>> = entries.into_iter().map(|entry| entry.by(account)).collect();
        let mut html = Html::default();
        let width = Length::px(f64::from(self.width));
        let frame = html.element(Tag::Section).class("phone");
        let frame = frame.class_some(self.is_bare.then_some("phone-still"));
        frame.style(Property::Width, width).body(|html| {
            html.append(&chat::draw(&entries, self.look));
        });
        html
    }
}
