//! HTML that is escaped by construction.
//!
//! [`Html`] grows through [`Html::text`], which escapes, and [`Html::element`], whose tags and attributes come from
//! lists. No list has an attribute that runs a script. Addresses are [`Url`]s and [`FormTarget`]s, styles are
//! [`Style`](crate::css::Style)s, and style sheets and scripts are [`Asset`]s of the program. Nothing accepts a string
//! as HTML.
//!
//! ```
//! use hikyaku_page::html::{Attribute, Html, Tag};
//!
//! let mut html = Html::default();
//! html.element(Tag::P)
//!     .class("note")
//!     .set(Attribute::Title, "\"quoted\"")
//!     .text("<script>alert(1)</script>");
//! assert_eq!(
//!     html.as_str(),
//!     r#"<p class="note" title="&quot;quoted&quot;">&lt;script&gt;alert(1)&lt;/script&gt;</p>"#,
//! );
//! ```

mod asset;
mod document;
mod escape;
mod form;
mod names;
mod tree;
mod url;

pub use asset::Asset;
pub use document::Document;
pub use form::FormTarget;
pub use names::{Attribute, Tag};
pub use tree::{Element, Html};
pub use url::Url;
