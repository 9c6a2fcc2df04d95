//! LINE's messages and Flex layouts drawn as HTML, and what pages of Hikyaku are made of.
//!
//! The drawing takes the types of `hikyaku-model`, so it draws what a program sends, and it is pure: no server, no
//! clock, no file. [`html`] escapes by construction; [`css`] takes no text that has not passed a grammar. Whatever a
//! message holds, it yields no tag, attribute, address or declaration that this crate did not mean.
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
//! Every element that can be tapped has the JSON pointer of its action in `data-ptr`. A page that shows a drawing also
//! needs [`STYLES`], and [`SCRIPT`] for pictures on demand, texts that shrink to fit, and taps, which it tells in events
//! named `hikyaku-tap`.

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

pub use look::{Look, Pictures};
pub use preview::{Preview, Shown};
pub use strings::Lang;

use html::{Asset, Html};
use pen::Pen;

/// The style sheet that all others build on: design tokens, light and dark.
pub const TOKENS: Asset = Asset::new(include_str!("asset/tokens.css"));

/// The style sheets of all drawings and pages, in their order: design tokens, light and dark; Flex; chats; pages.
pub const STYLES: [Asset; 4] = [
    TOKENS,
    Asset::new(include_str!("asset/flex.css")),
    Asset::new(include_str!("asset/chat.css")),
    Asset::new(include_str!("asset/sheet.css")),
];

/// The script of all drawings: pictures on demand, texts that shrink to fit, taps.
pub const SCRIPT: Asset = Asset::new(include_str!("asset/drawing.js"));

/// The hash of [`SCRIPT`] for a content security policy.
pub const SCRIPT_HASH: &str = "sha256-Tk6QSEM/XbjNgdiTduwl79nzEkoNSE1I9c/fgMATkdI=";

/// Draws a Flex layout. `pointer` is where in its JSON it stands, `/messages/0/contents` or nothing.
pub fn flex(container: &Container, look: &Look, pointer: &str) -> Html {
    let mut html = Html::default();
    flex::container(&mut Pen::new(look, pointer), container, None, &mut html);
    html
}
