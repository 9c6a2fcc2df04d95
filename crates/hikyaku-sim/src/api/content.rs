use bytes::Bytes;
use hikyaku_model::event::ContentType;
use http::{Method, StatusCode};
use serde_json::json;

use super::{Action, Answer, Endpoint, Request, Scene};
use crate::state::content::{Content, Readiness};

/// What a person has sent, byte by byte.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-content>
pub(crate) const CONTENT: Endpoint =
    Endpoint::data(Method::GET, "/v2/bot/message/{messageId}/content", read_content);

/// A smaller picture of what a person has sent. Our choice: of a picture, the picture itself; of a video, one grey pixel.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-image-or-video-preview>
pub(crate) const PREVIEW: Endpoint =
    Endpoint::data(Method::GET, "/v2/bot/message/{messageId}/content/preview", read_preview);

/// Whether a video or recording can be downloaded by now.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#verify-video-or-audio-preparation-status>
pub(crate) const TRANSCODING: Endpoint = Endpoint::data(
    Method::GET,
    "/v2/bot/message/{messageId}/content/transcoding",
    read_transcoding,
);

/// A grey pixel.
const PIXEL: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\x0aIDATx\x9cch\x00\x00\x00\x82\x00\x81w\xcdr\xb6\x00\x00\x00\x00IEND\xaeB`\x82";

fn read_content(request: &Request) -> Result<Action, Answer> {
    about(request, |content, readiness| match readiness {
        Readiness::Succeeded => Answer::bytes(content.bytes.clone(), &content.media_type),
        Readiness::Processing => Answer::empty(StatusCode::ACCEPTED),
        // LINE does not say what it answers to one whose preparation failed. Our choice: as if there were none.
        Readiness::Failed | Readiness::Gone => none(),
    })
}

fn read_preview(request: &Request) -> Result<Action, Answer> {
    about(request, |content, readiness| match (content.kind, readiness) {
        (ContentType::Image | ContentType::Video, Readiness::Processing) => {
            Answer::empty(StatusCode::ACCEPTED)
        }
        (ContentType::Image, _) => Answer::bytes(content.bytes.clone(), &content.media_type),
        (ContentType::Video, _) => Answer::bytes(Bytes::from_static(PIXEL), "image/png"),
        _ => Answer::error(StatusCode::BAD_REQUEST, "The content can not be previewed"),
    })
}

fn read_transcoding(request: &Request) -> Result<Action, Answer> {
    about(request, |content, readiness| {
        let status = match (content.kind, readiness) {
            (ContentType::Video | ContentType::Audio, Readiness::Processing) => "processing",
            (ContentType::Video | ContentType::Audio, Readiness::Succeeded) => "succeeded",
            (ContentType::Video | ContentType::Audio, _) => "failed",
            _ => {
                let message = "Transcoding status doesn't support this type of content";
                return Answer::error(StatusCode::BAD_REQUEST, message);
            }
        };
        Answer::ok(&json!({ "status": status }))
    })
}

/// What is to be said about the content that the path names, if it is there.
#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn about(
    request: &Request,
    say: impl FnOnce(&Content, Readiness) -> Answer + Send + 'static,
) -> Result<Action, Answer> {
    let id = request.step(3).parse().ok();
    Ok(Box::new(move |scene: &mut Scene<'_>| {
        let content = id.and_then(|id| scene.world.contents.get(scene.channel, id));
        let Some(content) = content else { return none() };
        match content.readiness(scene.now) {
            Readiness::Gone => Answer::error(StatusCode::GONE, "The content is gone"),
            readiness => say(content, readiness),
        }
    }))
}

fn none() -> Answer {
    Answer::error(StatusCode::NOT_FOUND, "not found")
}
