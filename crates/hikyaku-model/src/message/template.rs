use serde::{Deserialize, Serialize};

use super::ALT_TEXT;
use crate::{
    Check, Checker, Extra,
    template::Template,
    union::{extra, tagged},
};

/// A template message: a predefined layout with buttons.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#template-messages>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "template", rename_all = "camelCase")]
#[non_exhaustive]
pub struct TemplateMessage {
    /// The alternative text for notifications, chat lists and screen readers: at most 1,500 UTF-16 code units.
    pub alt_text: String,
    /// The template.
    pub template: Template,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, TemplateMessage>")]
    pub extra: Extra,
}

tagged!(TemplateMessage = "template");

impl TemplateMessage {
    /// Creates a message whose `altText` is the template's text, or the title or text of its first column.
    pub fn new(template: impl Into<Template>) -> Self {
        let template = template.into();
        let alt_text = template.own_text().unwrap_or_default().to_owned();
        Self { alt_text, template, extra: Extra::default() }
    }

    /// Sets the alternative text.
    pub fn alt_text(mut self, alt_text: impl Into<String>) -> Self {
        self.alt_text = alt_text.into();
        self
    }
}

impl Check for TemplateMessage {
    fn check(&self, checker: &mut Checker) {
        checker.length("altText", &self.alt_text, ALT_TEXT);
        checker.field("template", &self.template);
    }
}
