use std::{fmt, future::IntoFuture, path::PathBuf};

use bytes::Bytes;
use futures_core::future::BoxFuture;

use super::{
    description::{DESCRIPTION, UPLOAD_DESCRIPTION},
    group::CreatedAudience,
};
use crate::{
    Answer, Client, Error,
    client::check,
    multipart::Multipart,
    request::Request,
    route::{BodyKind, Gives, Host, Repeat, Route},
    upload::{PIECE, Source, UPLOAD_TIMEOUT, Upload},
};

pub(super) static CREATE: Route =
    Route::post("createAudienceForUploadingUserIds", "/v2/bot/audienceGroup/upload/byFile")
        .on(Host::Data)
        .body(BodyKind::Multipart)
        .gives(Gives::Object);
// An iterator of ids cannot restart, so the call cannot be repeated either.
pub(super) static ADD: Route =
    Route::put("addUserIdsToAudience", "/v2/bot/audienceGroup/upload/byFile")
        .on(Host::Data)
        .body(BodyKind::Multipart)
        .repeat(Repeat::IfNotSent);

/// A file of ids to upload, one per line: at most 1,500,000. It is streamed, and never in memory as a whole.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-upload-audience-group-by-file>
pub struct AudienceFile(Content);

enum Content {
    Path(PathBuf),
    Source(Source),
}

impl AudienceFile {
    /// Reads a text file with one id per line.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self(Content::Path(path.into()))
    }

    /// Uses the content of such a file.
    pub fn bytes(content: impl Into<Bytes>) -> Self {
        Self(Content::Source(Source::Whole(content.into())))
    }

    /// Uses ids from any iterator, such as the rows of a query or a list.
    pub fn ids<I>(ids: I) -> Self
    where
        I: IntoIterator<Item: AsRef<str>, IntoIter: Send + 'static>,
    {
        let mut ids = ids.into_iter();
        Self(Content::Source(Source::Made(Box::new(move |lines| {
            for id in ids.by_ref() {
                let id = id.as_ref();
                if id.is_empty() || id.chars().any(|c| c.is_whitespace() || c.is_control()) {
                    return Err(format!("the id {id:?} is empty, or has a blank in it"));
                }
                lines.extend_from_slice(id.as_bytes());
                lines.push(b'\n');
                if lines.len() >= PIECE {
                    break;
                }
            }
            Ok(())
        }))))
    }

    async fn open(self) -> Result<Source, Error> {
        match self.0 {
            Content::Source(source) => Ok(source),
            Content::Path(path) => Source::open(&path).await,
        }
    }
}

impl fmt::Debug for AudienceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AudienceFile").finish_non_exhaustive()
    }
}

/// Creates an audience from a file of ids. Made by [`Client::create_audience_from_file`]; await it to make the call.
///
/// # Source
/// <https://developers.line.biz/en/reference/messaging-api/#create-upload-audience-group-by-file>
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct CreateAudienceFromFile<'a> {
    client: &'a Client,
    description: &'a str,
    is_ifa_audience: Option<bool>,
    upload_description: Option<&'a str>,
    file: AudienceFile,
}

/// Adds a file of ids to an audience of uploaded ids. Made by [`Client::add_file_to_audience`]; await it to make the
/// call.
///
/// # Source
/// <https://developers.line.biz/en/reference/messaging-api/#update-upload-audience-group-by-file>
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct AddAudienceFile<'a> {
    client: &'a Client,
    audience_group_id: u64,
    upload_description: Option<&'a str>,
    file: AudienceFile,
}

impl Client {
    /// Starts a [`CreateAudienceFromFile`] with a name for the audience.
    ///
    /// ```no_run
    /// # async fn example(client: hikyaku::Client) -> Result<(), hikyaku::Error> {
    /// use hikyaku::audience::AudienceFile;
    ///
    /// let file = AudienceFile::path("customers.txt");
    /// let audience = client.create_audience_from_file("customers", file).await?;
    /// println!("LINE makes audience {}", audience.audience_group_id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_audience_from_file<'a>(
        &'a self,
        description: &'a str,
        file: AudienceFile,
    ) -> CreateAudienceFromFile<'a> {
        CreateAudienceFromFile {
            client: self,
            description,
            is_ifa_audience: None,
            upload_description: None,
            file,
        }
    }

    /// Starts an [`AddAudienceFile`].
    pub fn add_file_to_audience(
        &self,
        audience_group_id: u64,
        file: AudienceFile,
    ) -> AddAudienceFile<'_> {
        AddAudienceFile { client: self, audience_group_id, upload_description: None, file }
    }

    async fn upload(
        &self,
        route: &'static Route,
        fields: Multipart,
        upload_description: Option<&str>,
        file: AudienceFile,
    ) -> Result<Request<'_>, Error> {
        let source = file.open().await?;
        let fields = match upload_description {
            Some(text) => fields.text("uploadDescription", text),
            None => fields,
        };
        let content_type = fields.content_type();
        let (head, tail) = fields.around_file("file", "audience.txt", "text/plain");
        let upload = Upload::new(head, source, tail);
        let request = self.request(route, &[])?.streamed(content_type, move || upload.body());
        Ok(request.timeout(UPLOAD_TIMEOUT))
    }
}

impl<'a> CreateAudienceFromFile<'a> {
    /// Sets whether the ids are advertising ids (IFA) rather than user ids.
    pub fn is_ifa_audience(mut self, is_ifa: bool) -> Self {
        self.is_ifa_audience = Some(is_ifa);
        self
    }

    /// Sets a name for this upload, at most 300 characters.
    pub fn upload_description(mut self, description: &'a str) -> Self {
        self.upload_description = Some(description);
        self
    }

    async fn send(self) -> Result<Answer<CreatedAudience>, Error> {
        check(|checker| {
            checker.length("description", self.description, DESCRIPTION);
            let upload = self.upload_description;
            checker.optional_length("uploadDescription", upload, UPLOAD_DESCRIPTION);
        })?;
        let mut fields = Multipart::new().text("description", self.description);
        if let Some(is_ifa) = self.is_ifa_audience {
            fields = fields.text("isIfaAudience", if is_ifa { "true" } else { "false" });
        }
        self.client.upload(&CREATE, fields, self.upload_description, self.file).await?.read().await
    }
}

impl<'a> AddAudienceFile<'a> {
    /// Sets a name for this upload, at most 300 characters.
    pub fn upload_description(mut self, description: &'a str) -> Self {
        self.upload_description = Some(description);
        self
    }

    async fn send(self) -> Result<Answer<()>, Error> {
        check(|checker| {
            let upload = self.upload_description;
            checker.optional_length("uploadDescription", upload, UPLOAD_DESCRIPTION);
        })?;
        let fields = Multipart::new().text("audienceGroupId", &self.audience_group_id.to_string());
        let request = self.client.upload(&ADD, fields, self.upload_description, self.file).await?;
        request.send().await?.empty()
    }
}

impl<'a> IntoFuture for CreateAudienceFromFile<'a> {
    type Output = Result<Answer<CreatedAudience>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<'a> IntoFuture for AddAudienceFile<'a> {
    type Output = Result<Answer<()>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
