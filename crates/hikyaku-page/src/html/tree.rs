use std::fmt;

use super::{Attribute, FormTarget, Tag, Url, escape};
use crate::css::{Property, Style, Value};

/// A part of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Html(String);

/// An element that is not written yet; [`body`](Self::body), [`text`](Self::text) or [`empty`](Self::empty) writes it.
#[derive(Debug)]
#[must_use = "an element is written by `body`, `text` or `empty`"]
pub struct Element<'a> {
    html: &'a mut Html,
    tag: Tag,
    classes: Vec<&'static str>,
    attributes: String,
    style: Style,
}

impl Html {
    /// Adds text, which is escaped.
    pub fn text(&mut self, text: &str) {
        escape::push(&mut self.0, text);
    }

    /// Begins an element.
    pub fn element(&mut self, tag: Tag) -> Element<'_> {
        Element {
            html: self,
            tag,
            classes: Vec::new(),
            attributes: String::new(),
            style: Style::default(),
        }
    }

    /// Begins a `div` with a class, the most frequent element.
    pub fn div(&mut self, class: &'static str) -> Element<'_> {
        self.element(Tag::Div).class(class)
    }

    /// Begins a `span` with a class.
    pub fn span(&mut self, class: &'static str) -> Element<'_> {
        self.element(Tag::Span).class(class)
    }

    /// Adds another part.
    pub fn append(&mut self, part: &Self) {
        self.0.push_str(&part.0);
    }

    /// Returns the part as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether nothing was added yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds what the writer itself is sure of.
    pub(super) fn push(&mut self, markup: &str) {
        self.0.push_str(markup);
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Html> for String {
    fn from(html: Html) -> Self {
        html.0
    }
}

impl Element<'_> {
    /// Adds a class.
    pub fn class(mut self, class: &'static str) -> Self {
        self.classes.push(class);
        self
    }

    /// Adds a class, if there is one.
    pub fn class_some(mut self, class: Option<&'static str>) -> Self {
        self.classes.extend(class);
        self
    }

    /// Sets an attribute, once.
    pub fn set(self, attribute: Attribute, text: &str) -> Self {
        self.attribute(attribute.as_str(), text)
    }

    /// Sets an attribute, if there is a text.
    pub fn set_some(self, attribute: Attribute, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.set(attribute, text),
            None => self,
        }
    }

    /// Makes a `button` one that only scripts handle.
    pub fn plain_button(self) -> Self {
        self.attribute("type", "button")
    }

    /// Makes a `form` post to the page's own address.
    pub fn posted(self) -> Self {
        self.attribute("method", "post")
    }

    /// Makes a `form` post to this target, which the [`Document`](super::Document) must also allow.
    pub fn post_to(self, target: &FormTarget) -> Self {
        self.posted().attribute("action", target.action())
    }

    /// Makes a `form` one whose fields become the query of this target, which the [`Document`](super::Document) has to name, too.
    pub fn ask(self, target: &FormTarget) -> Self {
        self.attribute("method", "get").attribute("action", target.action())
    }

    /// Makes a `button` submit its form, with this field.
    pub fn submit(self, name: &'static str, value: &str) -> Self {
        self.attribute("type", "submit").attribute("name", name).attribute("value", value)
    }

    /// Makes an `input` a checkbox, which sends this field when it is ticked.
    pub fn checkbox(self, name: &'static str, is_ticked: bool) -> Self {
        let element = self.attribute("type", "checkbox").attribute("name", name);
        if is_ticked { element.attribute("checked", "") } else { element }
    }

    /// Makes an `input` a hidden field.
    pub fn hidden(self, name: &str, value: &str) -> Self {
        self.attribute("type", "hidden").attribute("name", name).attribute("value", value)
    }

    /// Makes an `input` one of several radio buttons with this name; the selected one sends its value.
    pub fn radio(self, name: &'static str, value: &str, is_picked: bool) -> Self {
        let element = self.attribute("type", "radio").attribute("name", name);
        let element = element.attribute("value", value);
        if is_picked { element.attribute("checked", "") } else { element }
    }

    /// Makes an `input` a line of text.
    pub fn text_input(self) -> Self {
        self.attribute("type", "text")
    }

    /// Makes an `input` a picker for files of these types, `image/png,image/jpeg`.
    pub fn file_input(self, accept: &'static str) -> Self {
        self.attribute("type", "file").attribute("accept", accept)
    }

    /// Sets the target of a link. It opens in a new tab, without a referrer.
    pub fn href(self, url: &Url) -> Self {
        self.attribute("href", url.as_str())
            .attribute("target", "_blank")
            .attribute("rel", "noopener noreferrer")
    }

    /// Sets where a link leads, in place of the page.
    pub fn leads_to(self, url: &Url) -> Self {
        self.attribute("href", url.as_str())
    }

    /// Sets the source of an `img`; the browser loads it without a referrer.
    pub fn src(self, url: &Url) -> Self {
        self.attribute("src", url.as_str())
            .attribute("alt", "")
            .attribute("referrerpolicy", "no-referrer")
    }

    /// Sets the source of a `video` or `audio`, with the browser's own controls. Until a user plays it, only its
    /// metadata is loaded.
    pub fn plays(self, url: &Url) -> Self {
        self.attribute("src", url.as_str())
            .attribute("controls", "")
            .attribute("preload", "metadata")
    }

    /// Sets the source that a script loads on request.
    pub fn data_src(self, url: &Url) -> Self {
        self.attribute("data-src", url.as_str())
    }

    /// Adds declarations.
    pub fn style(mut self, property: Property, value: impl Into<Value>) -> Self {
        self.style.set(property, value);
        self
    }

    /// Adds a declaration, if there is a value.
    pub fn style_some(mut self, property: Property, value: Option<impl Into<Value>>) -> Self {
        self.style.set_some(property, value);
        self
    }

    /// Adds declarations with a function.
    pub fn styled(mut self, style: impl FnOnce(&mut Style)) -> Self {
        style(&mut self.style);
        self
    }

    /// Writes the element with a body that the function fills.
    pub fn body(self, content: impl FnOnce(&mut Html)) {
        let Self { html, tag, classes, attributes, style } = self;
        html.push("<");
        html.push(tag.as_str());
        for (index, class) in classes.iter().enumerate() {
            html.push(if index == 0 { " class=\"" } else { " " });
            html.text(class);
        }
        if !classes.is_empty() {
            html.push("\"");
        }
        html.push(&attributes);
        if !style.as_str().is_empty() {
            html.push(" style=\"");
            html.text(style.as_str());
            html.push("\"");
        }
        html.push(">");
        if !tag.is_void() {
            content(html);
            html.push("</");
            html.push(tag.as_str());
            html.push(">");
        }
    }

    /// Writes the element with a text.
    pub fn text(self, text: &str) {
        self.body(|html| html.text(text));
    }

    /// Writes the empty element.
    pub fn empty(self) {
        self.body(|_| {});
    }

    fn attribute(mut self, name: &'static str, text: &str) -> Self {
        self.attributes.push(' ');
        self.attributes.push_str(name);
        self.attributes.push_str("=\"");
        escape::push(&mut self.attributes, text);
        self.attributes.push('"');
        self
    }
}
