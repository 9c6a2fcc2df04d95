use std::{fmt, future::IntoFuture, path::PathBuf};

use bytes::Bytes;
use futures_core::future::BoxFuture;
use hikyaku_model::rich_menu::RichMenuImage;
use http::{HeaderName, HeaderValue};
use serde_json::Value;

use super::table::find;
use crate::{
    Client, Error,
    content::Content,
    form::Form,
    multipart::Multipart,
    request::Request,
    route::{BodyKind, Route},
    upload::{Source, UPLOAD_TIMEOUT, Upload},
};

/// Calls any operation by its name, with unchecked parameters and bodies. Made by [`Client::call_operation`]; await it
/// for LINE's unchanged response.
///
/// ```no_run
/// # async fn example(client: hikyaku::Client) -> Result<(), hikyaku::Error> {
/// let answer = client.call_operation("getProfile").param("userId", "U4af49806").await?;
/// println!("{}", String::from_utf8_lossy(&answer.bytes(1 << 20).await?));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Invalid`](crate::ErrorKind::Invalid): the operation does not exist, a parameter is missing or unknown, or the body
/// has the wrong form; nothing was sent.
#[must_use = "a request does nothing until it is awaited"]
pub struct CallOperation<'a> {
    client: &'a Client,
    operation_id: &'a str,
    params: Vec<(&'a str, &'a str)>,
    body: Option<Bytes>,
    file: Option<(&'a str, PathBuf)>,
    authorization: Authorization<'a>,
}

enum Authorization<'a> {
    Channel,
    Bearer(&'a str),
    Basic(&'a str, &'a str),
}

impl Client {
    /// Starts a [`CallOperation`] of one of the [`OPERATIONS`](super::OPERATIONS).
    pub fn call_operation<'a>(&'a self, operation_id: &'a str) -> CallOperation<'a> {
        CallOperation {
            client: self,
            operation_id,
            params: Vec::new(),
            body: None,
            file: None,
            authorization: Authorization::Channel,
        }
    }
}

impl<'a> CallOperation<'a> {
    /// Sets a value of the path, of the query, of one of the operation's headers, or of a text field in a multipart
    /// body. A name in the query may occur several times.
    pub fn param(mut self, name: &'a str, value: &'a str) -> Self {
        self.params.push((name, value));
        self
    }

    /// Sets the body: JSON for an operation that takes JSON, a JSON object for one that takes a form, or the bytes of
    /// an image.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sets the file of a multipart body. It is streamed.
    pub fn file(mut self, name: &'a str, path: impl Into<PathBuf>) -> Self {
        self.file = Some((name, path.into()));
        self
    }

    /// Authorises a call that does not use the client's own token, for example with a user's token.
    pub fn bearer(mut self, token: &'a str) -> Self {
        self.authorization = Authorization::Bearer(token);
        self
    }

    /// Authorises the call with a channel's id and secret, as for attaching a module.
    pub fn basic(mut self, channel_id: &'a str, channel_secret: &'a str) -> Self {
        self.authorization = Authorization::Basic(channel_id, channel_secret);
        self
    }

    async fn send(self) -> Result<Content, Error> {
        let route = find(self.operation_id).ok_or_else(|| {
            let why = format!("no operation is called {:?}", self.operation_id);
            Error::invalid("operation_id", why)
        })?;
        self.check_names(route)?;
        let values =
            route.path_names().map(|name| self.value(name)).collect::<Result<Vec<_>, _>>()?;
        let mut request = self.authorize(route, self.client.request(route, &values)?)?;
        for (name, value) in self.given(route.query) {
            request = request.query(name, value);
        }
        for (name, value) in self.given(route.headers) {
            let unfit = |_| Error::invalid(name, "must not have control characters in it");
            let value = HeaderValue::from_str(value).map_err(unfit)?;
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a route's own header");
            request = request.header(name, value);
        }
        let request = self.add_body(route, request).await?;
        Ok(Content::new(request.open().await?, self.client.connection().timeout()))
    }

    fn check_names(&self, route: &Route) -> Result<(), Error> {
        let known: Vec<&str> = route.parameters().collect();
        let multipart = route.body == Some(BodyKind::Multipart);
        for (name, _) in &self.params {
            if !known.contains(name) && !multipart {
                let why = format!(
                    "is no parameter of {}; it has {}",
                    route.operation_id,
                    if known.is_empty() { "none".to_owned() } else { known.join(", ") }
                );
                return Err(Error::invalid(name, why));
            }
        }
        if self.file.is_some() && !multipart {
            let why = format!("{} takes no file; give it as the body", route.operation_id);
            return Err(Error::invalid("file", why));
        }
        if self.body.is_some() && (route.body.is_none() || multipart) {
            let why = if multipart { "takes parameters and a file instead" } else { "takes none" };
            return Err(Error::invalid("body", format!("{} {why}", route.operation_id)));
        }
        Ok(())
    }

    fn value(&self, name: &str) -> Result<&'a str, Error> {
        let given = self.params.iter().find(|(given, _)| *given == name);
        given.map(|(_, value)| *value).ok_or_else(|| {
            let why = format!("is missing; it is part of the path of {}", self.operation_id);
            Error::invalid(name, why)
        })
    }

    /// Returns the values given for any of the names.
    fn given(&self, names: &'static [&'static str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.params.iter().copied().filter(move |(name, _)| names.contains(name))
    }

    fn authorize(&self, route: &Route, request: Request<'a>) -> Result<Request<'a>, Error> {
        match self.authorization {
            Authorization::Channel => Ok(request),
            _ if route.takes_channel_token() => {
                let why = format!("{} takes the client's own token", route.operation_id);
                Err(Error::invalid("authorization", why))
            }
            Authorization::Bearer(token) => request.bearer(token),
            Authorization::Basic(id, secret) => request.basic(id, secret),
        }
    }

    async fn add_body(&self, route: &Route, request: Request<'a>) -> Result<Request<'a>, Error> {
        let body = self.body.clone();
        match route.body {
            None => Ok(request),
            Some(BodyKind::Json) => {
                let body = body.unwrap_or(Bytes::from_static(b"{}"));
                serde_json::from_slice::<serde::de::IgnoredAny>(&body)
                    .map_err(|why| Error::invalid("body", format!("is no JSON: {why}")))?;
                Ok(request.bytes(HeaderValue::from_static("application/json"), body))
            }
            Some(BodyKind::Form) => Ok(request.form(form(&body.unwrap_or_default())?)),
            Some(BodyKind::Bytes) => {
                let body = body.unwrap_or_default();
                let content_type = RichMenuImage::sniff(&body)
                    .map_or("application/octet-stream", |image| image.format.content_type());
                Ok(request.bytes(HeaderValue::from_static(content_type), body))
            }
            Some(BodyKind::Multipart) => self.add_parts(route, request).await,
        }
    }

    async fn add_parts(&self, route: &Route, request: Request<'a>) -> Result<Request<'a>, Error> {
        let Some((name, path)) = &self.file else {
            let why = format!("is missing; {} sends one", route.operation_id);
            return Err(Error::invalid("file", why));
        };
        let source = Source::open(path).await?;
        let mut parts = Multipart::new();
        let elsewhere: Vec<&str> = route.parameters().collect();
        for (name, value) in self.params.iter().filter(|(name, _)| !elsewhere.contains(name)) {
            check_part_name(name)?;
            parts = parts.text(name, value);
        }
        check_part_name(name)?;
        let content_type = parts.content_type();
        let (head, tail) = parts.around_file(name, "file", "text/plain");
        let upload = Upload::new(head, source, tail);
        let request = request.streamed(content_type, move || upload.body());
        Ok(request.timeout(UPLOAD_TIMEOUT))
    }
}

/// Refuses a name with a quote, which would forge the part's other headers.
fn check_part_name(name: &str) -> Result<(), Error> {
    if name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
        return Ok(());
    }
    Err(Error::invalid(name, "is no name of a part: use letters, digits, `_` and `-`"))
}

/// Encodes the fields of a JSON object as a form.
fn form(body: &[u8]) -> Result<Form, Error> {
    let unfit = |why: String| Error::invalid("body", why);
    let object: hikyaku_model::Object = serde_json::from_slice(body)
        .map_err(|why| unfit(format!("is no JSON object of the form's fields: {why}")))?;
    object.iter().try_fold(Form::default(), |form, (name, value)| {
        if name.bytes().any(|byte| matches!(byte, b'&' | b'=' | b'%') || !byte.is_ascii_graphic()) {
            return Err(unfit(format!("{name:?} is no name of a field")));
        }
        match value {
            Value::String(text) => Ok(form.field(name, text)),
            Value::Number(_) | Value::Bool(_) => Ok(form.field(name, &value.to_string())),
            _ => Err(unfit(format!("{name} must be a text, a number, true or false"))),
        }
    })
}

impl<'a> IntoFuture for CallOperation<'a> {
    type Output = Result<Content, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for CallOperation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A parameter may contain a token.
        f.debug_struct("CallOperation")
            .field("operation_id", &self.operation_id)
            .finish_non_exhaustive()
    }
}
