//! LINE's messages and Flex layouts drawn as HTML, and the building blocks of Hikyaku's pages.
//!
//! The drawing takes the types of `hikyaku-model`, so it draws exactly what a program sends. It is pure: no server, no
//! clock, no file. [`html`] escapes by construction; [`css`] accepts only text that matches a grammar. Whatever a
//! message contains, it cannot add a tag, attribute, address or declaration of its own.
//!
//! ```
//! use hikyaku_model::flex::{Box, Bubble, Text};
//! use hikyaku_page::{Look, flex};
//!
//! let bubble = Bubble::new().body(Box::vertical(["Your parcel is <here>"]));
//! let html = flex(&bubble.into(), &Look::default(), "/messages/0/contents");
//! assert!(html.as_str().contains("Your parcel is &lt;here&gt;"));
//! ```
//!
//! Every tappable element has the JSON pointer of its action in `data-ptr`. A page that shows a drawing also
//! needs [`STYLES`], and [`SCRIPT`] for images on request, texts that shrink to fit, and taps, which it reports as
//! events named `hikyaku-tap`.

pub mod chat;
pub mod css;
pub mod html;

mod flex;
mod look;
mod pen;
mod picture;
mod play;
mod pointer;
mod preview;
mod strings;

use hikyaku_model::flex::Container;

pub use look::{KnownCoupon, Look, Pictures};
pub use preview::{Preview, Shown};
pub use strings::Lang;

use html::{Asset, Html};
use pen::Pen;

/// The style sheet on which all others build: design tokens, light and dark.
pub const TOKENS: Asset = Asset::new(include_str!("asset/tokens.css"));

/// The style sheets of all drawings and pages, in order: design tokens, light and dark; Flex; chats; pages.
pub const STYLES: [Asset; 4] = [
    TOKENS,
    Asset::new(include_str!("asset/flex.css")),
    Asset::new(include_str!("asset/chat.css")),
    Asset::new(include_str!("asset/sheet.css")),
];

/// The script of all drawings: images on request, texts that shrink to fit, taps.
pub const SCRIPT: Asset = Asset::new(include_str!("asset/drawing.js"));

/// The hash of [`SCRIPT`] for a content security policy.
pub const SCRIPT_HASH: &str = "sha256-Tk6QSEM/XbjNgdiTduwl79nzEkoNSE1I9c/fgMATkdI=";

/// Draws a Flex layout. `pointer` is its position in the JSON, such as `/messages/0/contents`, or empty.
pub fn flex(container: &Container, look: &Look, pointer: &str) -> Html {
    let mut html = Html::default();
    flex::container(&mut Pen::new(look, pointer), container, None, &mut html);
    html
}
