use std::{future::IntoFuture, path::PathBuf};

use bytes::Bytes;
use futures_core::future::BoxFuture;
use hikyaku_model::NotifyToken;
use http::{HeaderValue, Method};

use super::{
    NotifyClient, RateLimits,
    endpoint::{Body, Endpoint, Origin},
    judge::Done,
};
use crate::{Answer, Error, form::Form, multipart::Multipart, route::Repeat};

static NOTIFY: Endpoint = Endpoint {
    method: Method::POST,
    origin: Origin::Api,
    path: "/api/notify",
    repeat: Repeat::IfNotSent,
};

/// A message to the user or group of a token. Made by [`NotifyClient::notify`]; await it to send.
///
/// Nothing tells a repeat from a second message, so it is repeated only while no byte of it can have left: an
/// [`Error`] that [`may_have_landed`](Error::may_have_landed) was perhaps delivered.
///
/// # Limits
/// A message of at least one character; the original service took 1,000, which this client leaves to the server.
/// # Errors
/// [`Unauthorized`](crate::ErrorKind::Unauthorized): the user revoked the token; forget it.
/// [`RateLimited`](crate::ErrorKind::RateLimited): the hour's calls or image uploads are used up;
/// [`RateLimits::from_headers`] of the error's headers may say until when.
/// [`Rejected`](crate::ErrorKind::Rejected): among others, the token is a group's that the sending account is not in.
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct Notify<'a> {
    client: &'a NotifyClient,
    token: &'a NotifyToken,
    fields: Vec<(&'static str, String)>,
    image: Option<Image>,
}

#[derive(Debug)]
enum Image {
    Bytes(Bytes),
    File(PathBuf),
}

/// A message that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notified {
    /// How much of the hour's calls and image uploads is left.
    pub rate_limits: RateLimits,
}

impl NotifyClient {
    /// Starts a [`Notify`].
    pub fn notify<'a>(&'a self, token: &'a NotifyToken, message: impl Into<String>) -> Notify<'a> {
        Notify { client: self, token, fields: vec![("message", message.into())], image: None }
    }
}

impl Notify<'_> {
    /// The https URL of a JPEG of at most 240 by 240 pixels, shown before [`image_fullsize`](Self::image_fullsize).
    pub fn image_thumbnail(self, url: impl Into<String>) -> Self {
        self.field("imageThumbnail", url)
    }

    /// The https URL of a JPEG of at most 2048 by 2048 pixels.
    pub fn image_fullsize(self, url: impl Into<String>) -> Self {
        self.field("imageFullsize", url)
    }

    /// A PNG or JPEG to upload; it wins over image URLs. Uploads have an hourly limit of their own.
    pub fn image_bytes(mut self, bytes: impl Into<Bytes>) -> Self {
        self.image = Some(Image::Bytes(bytes.into()));
        self
    }

    /// The same from a file, read when the request is awaited.
    pub fn image_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.image = Some(Image::File(path.into()));
        self
    }

    /// A sticker of those that bots may send.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/sticker-list/>
    pub fn sticker(self, package_id: u64, sticker_id: u64) -> Self {
        self.field("stickerPackageId", package_id.to_string())
            .field("stickerId", sticker_id.to_string())
    }

    /// Whether phones stay silent.
    pub fn notification_disabled(self, disabled: bool) -> Self {
        self.field("notificationDisabled", disabled.to_string())
    }

    /// Sets a field, in place of an earlier value.
    fn field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.retain(|(known, _)| *known != name);
        self.fields.push((name, value.into()));
        self
    }

    async fn send(self) -> Result<Answer<Notified>, Error> {
        if self.fields.iter().any(|(name, value)| *name == "message" && value.is_empty()) {
            return Err(Error::invalid("message", "must not be empty"));
        }
        let body = match self.image {
            None => form(&self.fields),
            Some(image) => multipart(&self.fields, &image.read().await?),
        };
        let exchange = self.client.call(&NOTIFY, Some(self.token), body).await?;
        let rate_limits = RateLimits::from_headers(&exchange.headers);
        Ok(exchange.json::<Done>()?.map(|_| Notified { rate_limits }))
    }
}

impl<'a> IntoFuture for Notify<'a> {
    type Output = Result<Answer<Notified>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl Image {
    async fn read(self) -> Result<Bytes, Error> {
        let bytes = match self {
            Self::Bytes(bytes) => bytes,
            Self::File(path) => tokio::fs::read(&path)
                .await
                .map_err(|why| {
                    Error::invalid("imageFile", format!("cannot read {}: {why}", path.display()))
                })?
                .into(),
        };
        if bytes.is_empty() {
            return Err(Error::invalid("imageFile", "is empty; expected a PNG or JPEG"));
        }
        Ok(bytes)
    }
}

fn form(fields: &[(&'static str, String)]) -> Body {
    let form = fields.iter().fold(Form::default(), |form, (name, value)| form.field(name, value));
    Body {
        content_type: Some(HeaderValue::from_static(Form::CONTENT_TYPE)),
        bytes: form.into_bytes(),
    }
}

fn multipart(fields: &[(&'static str, String)], image: &[u8]) -> Body {
    // What is neither goes all the same: what the server makes of it is the server's to say.
    let (file_name, content_type) = match image {
        [0x89, b'P', b'N', b'G', ..] => ("image.png", "image/png"),
        [0xff, 0xd8, ..] => ("image.jpg", "image/jpeg"),
        _ => ("image", "application/octet-stream"),
    };
    let multipart =
        fields.iter().fold(Multipart::new(), |body, (name, value)| body.text(name, value));
    let multipart = multipart.file("imageFile", file_name, content_type, image);
    Body { content_type: Some(multipart.content_type()), bytes: multipart.into_bytes() }
}
