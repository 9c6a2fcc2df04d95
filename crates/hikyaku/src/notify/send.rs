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

/// Sends a message to the user or group of a token. Made by [`NotifyClient::notify`]; await it to send.
///
/// The API cannot distinguish a retry from a second message, so the call is retried only while no byte of it can have
/// left. A message whose [`Error`] says [`may_have_landed`](Error::may_have_landed) was perhaps delivered.
///
/// # Limits
/// A message of at least one character. The original service accepted up to 1,000; this client leaves that to the
/// server.
/// # Errors
/// [`Unauthorized`](crate::ErrorKind::Unauthorized): the user revoked the token; delete it.
/// [`RateLimited`](crate::ErrorKind::RateLimited): the hourly limit on calls or image uploads is reached;
/// [`RateLimits::from_headers`] of the error's headers may give the reset time.
/// [`Rejected`](crate::ErrorKind::Rejected): for example, the sending account is not in the token's group.
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

/// An accepted message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notified {
    /// The remaining hourly limits on calls and image uploads.
    pub rate_limits: RateLimits,
}

impl NotifyClient {
    /// Starts a [`Notify`].
    pub fn notify<'a>(&'a self, token: &'a NotifyToken, message: impl Into<String>) -> Notify<'a> {
        Notify { client: self, token, fields: vec![("message", message.into())], image: None }
    }
}

impl Notify<'_> {
    /// Sets the https URL of a JPEG of at most 240 by 240 pixels, shown as the preview of
    /// [`image_fullsize`](Self::image_fullsize).
    pub fn image_thumbnail(self, url: impl Into<String>) -> Self {
        self.field("imageThumbnail", url)
    }

    /// Sets the https URL of a JPEG of at most 2048 by 2048 pixels.
    pub fn image_fullsize(self, url: impl Into<String>) -> Self {
        self.field("imageFullsize", url)
    }

    /// Sets a PNG or JPEG to upload, which overrides image URLs. Uploads have their own hourly limit.
    pub fn image_bytes(mut self, bytes: impl Into<Bytes>) -> Self {
        self.image = Some(Image::Bytes(bytes.into()));
        self
    }

    /// Sets a PNG or JPEG file to upload, like [`image_bytes`](Self::image_bytes). It is read when the request is
    /// awaited.
    pub fn image_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.image = Some(Image::File(path.into()));
        self
    }

    /// Sets a sticker. Bots may send only the stickers on LINE's list.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/sticker-list/>
    pub fn sticker(self, package_id: u64, sticker_id: u64) -> Self {
        self.field("stickerPackageId", package_id.to_string())
            .field("stickerId", sticker_id.to_string())
    }

    /// Sets whether users receive the message without a push notification.
    pub fn notification_disabled(self, disabled: bool) -> Self {
        self.field("notificationDisabled", disabled.to_string())
    }

    /// Sets a field, replacing an earlier value.
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
    // An image of another format is sent as well: the server decides about it.
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
