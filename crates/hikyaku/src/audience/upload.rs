use std::{future::IntoFuture, time::Duration};

use futures_core::future::BoxFuture;
use hikyaku_model::limits::{Count, Segment};
use serde::{Serialize, Serializer};

use super::{
    description::{DESCRIPTION, UPLOAD_DESCRIPTION},
    group::CreatedAudience,
};
use crate::{
    Answer, Client, Error,
    client::check,
    route::{Gives, Route},
};

pub(super) static CREATE: Route =
    Route::post("createAudienceGroup", "/v2/bot/audienceGroup/upload").gives(Gives::Object);
pub(super) static ADD: Route =
    Route::put("addAudienceToAudienceGroup", "/v2/bot/audienceGroup/upload");

/// The number of ids in one call. A file can hold more: [`Client::create_audience_from_file`].
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-upload-audience-group>
const AUDIENCES: Count = Count { min: 0, max: 10_000 };

/// LINE recommends at least 30 seconds.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#update-upload-audience-group>
const TIMEOUT: Duration = Duration::from_secs(30);

/// Creates an audience from ids. Made by [`Client::create_audience`]; await it to make the call.
///
/// # Limits
/// A name of 120 characters, 10,000 ids, 1,000 audiences a channel; 60 calls a minute.
/// # Source
/// <https://developers.line.biz/en/reference/messaging-api/#create-upload-audience-group>
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct CreateAudience<'a, I> {
    client: &'a Client,
    body: CreateBody<'a, I>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase", bound = "I: AsRef<str>")]
struct CreateBody<'a, I> {
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_ifa_audience: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upload_description: Option<&'a str>,
    audiences: Ids<'a, I>,
}

/// Adds ids to an audience of uploaded ids. Made by [`Client::add_to_audience`]; await it to make the call.
///
/// # Limits
/// 10,000 ids a call, 10 additions to one audience at a time; 60 calls a minute. Ids cannot be removed again.
/// # Source
/// <https://developers.line.biz/en/reference/messaging-api/#update-upload-audience-group>
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct AddAudience<'a, I> {
    client: &'a Client,
    body: AddBody<'a, I>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase", bound = "I: AsRef<str>")]
struct AddBody<'a, I> {
    audience_group_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    upload_description: Option<&'a str>,
    audiences: Ids<'a, I>,
}

/// Serialises each id as an object.
#[derive(Debug)]
struct Ids<'a, I>(&'a [I]);

impl<I: AsRef<str>> Serialize for Ids<'_, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Audience<'a> {
            id: &'a str,
        }

        serializer.collect_seq(self.0.iter().map(|id| Audience { id: id.as_ref() }))
    }
}

impl Client {
    /// Starts a [`CreateAudience`] with a name and its users; the list may be empty.
    pub fn create_audience<'a, I: AsRef<str>>(
        &'a self,
        description: &'a str,
        ids: &'a [I],
    ) -> CreateAudience<'a, I> {
        let body = CreateBody {
            description,
            is_ifa_audience: None,
            upload_description: None,
            audiences: Ids(ids),
        };
        CreateAudience { client: self, body }
    }

    /// Starts an [`AddAudience`].
    pub fn add_to_audience<'a, I: AsRef<str>>(
        &'a self,
        audience_group_id: u64,
        ids: &'a [I],
    ) -> AddAudience<'a, I> {
        let body = AddBody { audience_group_id, upload_description: None, audiences: Ids(ids) };
        AddAudience { client: self, body }
    }
}

impl<'a, I: AsRef<str> + Sync> CreateAudience<'a, I> {
    /// Sets whether the ids are advertising ids (IFA) rather than user ids.
    pub fn is_ifa_audience(mut self, is_ifa: bool) -> Self {
        self.body.is_ifa_audience = Some(is_ifa);
        self
    }

    /// Sets a name for this upload, at most 300 characters.
    pub fn upload_description(mut self, description: &'a str) -> Self {
        self.body.upload_description = Some(description);
        self
    }

    async fn send(self) -> Result<Answer<CreatedAudience>, Error> {
        check(|checker| {
            let body = &self.body;
            checker.length("description", body.description, DESCRIPTION);
            checker.optional_length(
                "uploadDescription",
                body.upload_description,
                UPLOAD_DESCRIPTION,
            );
            checker.at(Segment::Field("audiences"), |checker| {
                checker.count(body.audiences.0.len(), AUDIENCES);
            });
        })?;
        self.client.request(&CREATE, &[])?.json(&self.body)?.timeout(TIMEOUT).read().await
    }
}

impl<'a, I: AsRef<str> + Sync> AddAudience<'a, I> {
    /// Sets a name for this upload, at most 300 characters.
    pub fn upload_description(mut self, description: &'a str) -> Self {
        self.body.upload_description = Some(description);
        self
    }

    async fn send(self) -> Result<Answer<()>, Error> {
        check(|checker| {
            let body = &self.body;
            checker.optional_length(
                "uploadDescription",
                body.upload_description,
                UPLOAD_DESCRIPTION,
            );
            checker.at(Segment::Field("audiences"), |checker| {
                checker.count(body.audiences.0.len(), Count { min: 1, ..AUDIENCES });
            });
        })?;
        let request = self.client.request(&ADD, &[])?.json(&self.body)?;
        request.timeout(TIMEOUT).send().await?.empty()
    }
}

impl<'a, I: AsRef<str> + Sync> IntoFuture for CreateAudience<'a, I> {
    type Output = Result<Answer<CreatedAudience>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<'a, I: AsRef<str> + Sync> IntoFuture for AddAudience<'a, I> {
    type Output = Result<Answer<()>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
