//! Pictures that callers with a key upload, to put their addresses into image messages.

use bytes::Bytes;
use http::{StatusCode, header, request::Parts};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::json;

use super::{
    LineDoor,
    answers::{self, OrAnswer, Voice, own, plain},
    request::{in_query, read},
    store_failed,
};
use crate::{
    ApiKeyRow,
    answer::Answer,
    fields::Fields,
    picture::{Kept, PREVIEW_SIDE, Wanted},
    state::PictureOwner,
};

/// The most bytes of an upload: a picture of ten megabytes, and a form around it.
const LARGEST: usize = 11 << 20;

/// The longest side of a preview that a caller may ask for. Even uncompressed, that is not more than LINE takes.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#image-message>
const LARGEST_PREVIEW: u32 = 480;

/// What is to be kept.
enum Given {
    File(Bytes),
    Url(String),
}

impl LineDoor {
    /// Keeps a picture, and tells its addresses.
    pub(super) async fn picture(&self, key: &ApiKeyRow, parts: &Parts, body: Incoming) -> Answer {
        let kept = self.keep_picture(key, parts, body).await;
        kept.unwrap_or_else(|refusal| *refusal)
    }

    async fn keep_picture(
        &self,
        key: &ApiKeyRow,
        parts: &Parts,
        body: Incoming,
    ) -> OrAnswer<Answer> {
        let Some(pictures) = &self.pictures else {
            let why = "this gateway serves no pictures: no listener of it has \"pictures\"";
            return Err(Box::new(own(StatusCode::NOT_FOUND, "Not found", None, Some(why))));
        };
        let preview = preview(parts.uri.query())?;
        let wanted = Wanted { owner: PictureOwner::Key(key.id), preview };
        // The semaphore is never closed. The place is kept until the answer is there.
        let _place = self.uploads.acquire().await.ok();
        let kept = match self.given(parts, body).await? {
            Given::File(file) => {
                let kept = pictures.keep(wanted, file).await;
                kept.map(|kept| kept.map_err(str::to_owned))
            }
            Given::Url(url) => pictures.keep_from(wanted, &url).await,
        };
        match kept {
            Ok(Ok(kept)) => Ok(created(&kept)),
            Ok(Err(wrong)) => {
                let message = format!("The picture {wrong}");
                Err(Box::new(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, &message)))
            }
            Err(error) => {
                tracing::error!(%error, "a picture could not be kept");
                Err(Box::new(store_failed()))
            }
        }
    }

    /// Reads what a request brings: a form with a file, JSON with an address, or the bytes themselves.
    async fn given(&self, parts: &Parts, body: Incoming) -> OrAnswer<Given> {
        let body = read(body, LARGEST, "The picture is larger than 10 megabytes").await?;
        let content_type = parts.headers.get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|it| it.to_str().ok()).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if media_type.eq_ignore_ascii_case("multipart/form-data") {
            let fields = Fields::read(None, Some(content_type), &body);
            let message = "The form has no file called 'file'";
            let no_file = || Box::new(plain(StatusCode::BAD_REQUEST, message));
            return fields.file("file").cloned().map(Given::File).ok_or_else(no_file);
        }
        if media_type.eq_ignore_ascii_case("application/json") {
            return self.address(&body).map(Given::Url);
        }
        Ok(Given::File(body))
    }

    /// The address of a picture that the gateway may fetch.
    fn address(&self, body: &[u8]) -> OrAnswer<String> {
        #[derive(Deserialize)]
        struct Named {
            url: String,
        }
        let refuse = |message| Box::new(plain(StatusCode::BAD_REQUEST, message));
        let Named { url } = serde_json::from_slice(body)
            .map_err(|_| refuse("The request body must be {\"url\":\"…\"}, or a picture"))?;
        if self.rehost.fetches(&url) {
            return Ok(url);
        }
        Err(refuse(
            "This gateway does not fetch pictures from such an address: pictures.rehost says which",
        ))
    }
}

/// The longer side of the preview that a query asks for.
fn preview(query: Option<&str>) -> OrAnswer<u32> {
    let Some(side) = in_query(query, "preview") else { return Ok(PREVIEW_SIDE) };
    let side: Option<u32> = side.parse().ok();
    side.filter(|side| (1..=LARGEST_PREVIEW).contains(side)).ok_or_else(|| {
        let message = format!("preview must be a number of pixels from 1 to {LARGEST_PREVIEW}");
        Box::new(plain(StatusCode::BAD_REQUEST, &message))
    })
}

fn created(kept: &Kept) -> Answer {
    let Kept { message, kind, width, height, .. } = kept;
    let body = json!({
        "originalContentUrl": message.original_content_url,
        "previewImageUrl": message.preview_image_url,
        "width": width,
        "height": height,
        "contentType": kind.content_type(),
    });
    answers::json(StatusCode::CREATED, body.to_string().into_bytes(), Voice::Gateway)
}
