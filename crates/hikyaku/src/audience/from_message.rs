use std::future::IntoFuture;

use futures_core::future::BoxFuture;
use hikyaku_model::limits::Length;
use serde::Serialize;

use super::{description::DESCRIPTION, group::CreatedAudience};
use crate::{
    Answer, Client, Error,
    client::check,
    route::{Gives, Route},
};

pub(super) static CLICK: Route =
    Route::post("createClickBasedAudienceGroup", "/v2/bot/audienceGroup/click")
        .gives(Gives::Object);
pub(super) static IMPRESSION: Route =
    Route::post("createImpBasedAudienceGroup", "/v2/bot/audienceGroup/imp").gives(Gives::Object);

/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-click-audience-group>
const CLICK_URL: Length = Length::utf16(2000);

/// Creates an audience of the users who opened a link of a broadcast or narrowcast. Made by
/// [`Client::create_click_audience`]; await it to make the call.
///
/// # Limits
/// A message of the last 60 days, and at least 50 users who opened a link; 60 calls a minute.
/// # Source
/// <https://developers.line.biz/en/reference/messaging-api/#create-click-audience-group>
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct CreateClickAudience<'a> {
    client: &'a Client,
    body: Body<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    description: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    click_url: Option<&'a str>,
}

impl Client {
    /// Starts a [`CreateClickAudience`] with a name and the request id of a broadcast or narrowcast.
    pub fn create_click_audience<'a>(
        &'a self,
        description: &'a str,
        request_id: &'a str,
    ) -> CreateClickAudience<'a> {
        let body = Body { description, request_id, click_url: None };
        CreateClickAudience { client: self, body }
    }

    /// Creates an audience of the users who saw a broadcast or narrowcast, from its request id.
    ///
    /// # Limits
    /// A message of the last 60 days, and at least 50 users who saw it; 60 calls a minute.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#create-imp-audience-group>
    pub async fn create_impression_audience(
        &self,
        description: &str,
        request_id: &str,
    ) -> Result<Answer<CreatedAudience>, Error> {
        let body = Body { description, request_id, click_url: None };
        body.check()?;
        self.request(&IMPRESSION, &[])?.json(&body)?.read().await
    }
}

impl Body<'_> {
    fn check(&self) -> Result<(), Error> {
        check(|checker| {
            checker.length("description", self.description, DESCRIPTION);
            checker.required("requestId", self.request_id);
            checker.optional_length("clickUrl", self.click_url, CLICK_URL);
        })
    }
}

impl<'a> CreateClickAudience<'a> {
    /// Restricts the audience to users who opened this link, at most 2,000 characters.
    pub fn click_url(mut self, url: &'a str) -> Self {
        self.body.click_url = Some(url);
        self
    }

    async fn send(self) -> Result<Answer<CreatedAudience>, Error> {
        self.body.check()?;
        self.client.request(&CLICK, &[])?.json(&self.body)?.read().await
    }
}

impl<'a> IntoFuture for CreateClickAudience<'a> {
    type Output = Result<Answer<CreatedAudience>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
