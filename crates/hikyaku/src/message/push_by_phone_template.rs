use std::future::IntoFuture;

use futures_core::future::BoxFuture;
use hikyaku_model::{
    Checker, Extra,
    limits::{Count, Length, Segment},
    send::{DeliveryTag, PhoneHash},
};
use serde::{Deserialize, Serialize};

use super::push_by_phone::tagged;
use crate::{
    Accepted, Client, Error,
    client::check,
    request::{Request, accept},
    route::{Gives, Route},
};

pub(super) static ROUTE: Route =
    Route::post("pushTemplatedMessagesByPhone", "/v2/bot/message/pnp/templated/push")
        .headers(&["X-Line-Delivery-Tag"])
        .gives(Gives::Sent);

/// The number of items in a template, besides the emphasized one.
///
/// Source: <https://developers.line.biz/en/reference/line-notification-messages/#send-line-notification-message-template>
const ITEMS: Count = Count { min: 0, max: 15 };

/// The number of buttons in a template.
///
/// Source: <https://developers.line.biz/en/reference/line-notification-messages/#send-line-notification-message-template>
const BUTTONS: Count = Count { min: 0, max: 2 };

/// Sends a LINE notification message from a template that LINE has reviewed, to a phone number. Made by
/// [`Client::push_by_phone_template`]; await it to send.
///
/// LINE's response confirms that it accepted the message, not that it delivered it: a `delivery` event reports the
/// delivery. The call has no retry key, so the client retries it only after a 429 for the rate limit, or while no byte
/// can have left.
///
/// # Limits
/// 15 items of 300 characters, one emphasized item of 15, 2 buttons with URLs of 1,000.
/// # Errors
/// [`Rejected`](crate::ErrorKind::Rejected) with status 422: no user can be reached under this number.
/// # Source
/// <https://developers.line.biz/en/reference/line-notification-messages/#send-line-notification-message-template>
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct PushByPhoneTemplate<'a> {
    client: &'a Client,
    delivery_tag: Option<DeliveryTag>,
    body: Body<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    to: PhoneHash,
    template_key: &'a str,
    #[serde(rename = "body")]
    filling: Filling,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Filling {
    #[serde(skip_serializing_if = "Option::is_none")]
    emphasized_item: Option<TemplateItem>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    items: Vec<TemplateItem>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buttons: Vec<TemplateButton>,
}

/// An item of a template. Its key selects LINE's label; its content is yours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TemplateItem {
    /// The key of the label.
    pub item_key: String,
    /// The content, at most 300 characters, or 15 in the emphasized item.
    pub content: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl TemplateItem {
    /// Creates an item.
    pub fn new(item_key: impl Into<String>, content: impl Into<String>) -> Self {
        Self { item_key: item_key.into(), content: content.into(), extra: Extra::default() }
    }
}

/// A button of a template. Its key selects LINE's label; its URL is yours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TemplateButton {
    /// The key of the label.
    pub button_key: String,
    /// The URL to open, at most 1,000 characters.
    pub url: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl TemplateButton {
    /// Creates a button.
    pub fn new(button_key: impl Into<String>, url: impl Into<String>) -> Self {
        Self { button_key: button_key.into(), url: url.into(), extra: Extra::default() }
    }
}

impl Client {
    /// Starts a [`PushByPhoneTemplate`].
    pub fn push_by_phone_template<'a>(
        &'a self,
        to: impl Into<PhoneHash>,
        template_key: &'a str,
    ) -> PushByPhoneTemplate<'a> {
        let body = Body { to: to.into(), template_key, filling: Filling::default() };
        PushByPhoneTemplate { client: self, delivery_tag: None, body }
    }
}

impl<'a> PushByPhoneTemplate<'a> {
    /// Sets the emphasized item.
    pub fn emphasized_item(mut self, item: TemplateItem) -> Self {
        self.body.filling.emphasized_item = Some(item);
        self
    }

    /// Adds an item.
    pub fn item(mut self, item: TemplateItem) -> Self {
        self.body.filling.items.push(item);
        self
    }

    /// Adds a button.
    pub fn button(mut self, button: TemplateButton) -> Self {
        self.body.filling.buttons.push(button);
        self
    }

    /// Sets the tag that the `delivery` event returns.
    pub fn delivery_tag(mut self, tag: impl Into<DeliveryTag>) -> Self {
        self.delivery_tag = Some(tag.into());
        self
    }

    fn request(&self) -> Result<Request<'a>, Error> {
        check(|checker| {
            checker.field("to", &self.body.to);
            checker.required("templateKey", self.body.template_key);
            checker.at(Segment::Field("body"), |checker| self.body.filling.check(checker));
        })?;
        let request = self.client.request(&ROUTE, &[])?.json(&self.body)?;
        match &self.delivery_tag {
            Some(tag) => tagged(request, tag),
            None => Ok(request),
        }
    }
}

impl Filling {
    fn check(&self, checker: &mut Checker) {
        if let Some(item) = &self.emphasized_item {
            checker.at(Segment::Field("emphasizedItem"), |checker| {
                checker.length("content", &item.content, Length::utf16(15));
            });
        }
        checker.at(Segment::Field("items"), |checker| {
            checker.count(self.items.len(), ITEMS);
            for (index, item) in self.items.iter().enumerate() {
                checker.at(Segment::Index(index), |checker| {
                    checker.length("content", &item.content, Length::utf16(300));
                });
            }
        });
        checker.at(Segment::Field("buttons"), |checker| {
            checker.count(self.buttons.len(), BUTTONS);
            for (index, button) in self.buttons.iter().enumerate() {
                checker.at(Segment::Index(index), |checker| {
                    checker.length("url", &button.url, Length::utf16(1000));
                });
            }
        });
    }
}

impl<'a> IntoFuture for PushByPhoneTemplate<'a> {
    type Output = Result<Accepted, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        accept(self.request())
    }
}
