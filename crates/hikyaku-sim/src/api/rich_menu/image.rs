use hikyaku_model::rich_menu::{InvalidRichMenuImage, RichMenuImage};
use http::{Method, StatusCode, header};

use crate::{
    api::{Action, Answer, Endpoint, Request},
    state::rich_menu::MenuImage,
};

/// Gives a rich menu its picture.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#upload-rich-menu-image>
pub(crate) const UPLOAD: Endpoint =
    Endpoint::data(Method::POST, "/v2/bot/richmenu/{richMenuId}/content", read_upload);

/// The picture of a rich menu.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#download-rich-menu-image>
pub(crate) const DOWNLOAD: Endpoint =
    Endpoint::data(Method::GET, "/v2/bot/richmenu/{richMenuId}/content", read_download);

fn read_upload(request: &Request) -> Result<Action, Answer> {
    let content_type = request.headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or("");
    if !matches!(content_type, "image/jpeg" | "image/png") {
        let message = format!("The content type, {content_type}, is not supported");
        return Err(Answer::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, &message));
    }
    let image = RichMenuImage::check(&request.body).map_err(|invalid| match invalid {
        InvalidRichMenuImage::Format => {
            Answer::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The image is no JPEG or PNG")
        }
        _ => Answer::error(StatusCode::BAD_REQUEST, "The image size is not allowed for richmenu"),
    })?;
    let (id, bytes) = (request.step(3).to_owned(), request.body.clone());
    Ok(Box::new(move |scene| match scene.channel().rich_menus.get_mut(&id) {
        None => Answer::not_found(),
        Some(stored) if stored.image.is_some() => Answer::error(
            StatusCode::BAD_REQUEST,
            "An image has already been uploaded to the richmenu",
        ),
        Some(stored) => {
            let media_type = image.format.content_type().to_owned();
            stored.image = Some(MenuImage { bytes, media_type });
            Answer::empty(StatusCode::OK)
        }
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_download(request: &Request) -> Result<Action, Answer> {
    let id = request.step(3).to_owned();
    Ok(Box::new(move |scene| {
        let stored = scene.channel().rich_menus.get(&id);
        match stored.and_then(|stored| stored.image.as_ref()) {
            Some(image) => Answer::bytes(image.bytes.clone(), &image.media_type),
            None => Answer::not_found(),
        }
    }))
}
