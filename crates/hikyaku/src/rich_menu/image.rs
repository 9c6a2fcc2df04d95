use bytes::Bytes;
use hikyaku_model::rich_menu::RichMenuImage;
use http::HeaderValue;

use crate::{
    Answer, Client, Error,
    content::Content,
    route::{BodyKind, Gives, Host, Route},
};

pub(super) static SET: Route =
    Route::post("setRichMenuImage", "/v2/bot/richmenu/{richMenuId}/content")
        .on(Host::Data)
        .body(BodyKind::Bytes);
pub(super) static GET: Route =
    Route::get("getRichMenuImage", "/v2/bot/richmenu/{richMenuId}/content")
        .on(Host::Data)
        .gives(Gives::Bytes);

impl Client {
    /// Uploads the image of a rich menu. It cannot be changed afterwards.
    ///
    /// # Limits
    /// A JPEG or PNG of at most 1 MB, of the size that the menu specifies: 800 to 2,500 pixels wide, at least 250 high,
    /// and at least 1.45 times as wide as high.
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid): the image breaks a limit; nothing was sent.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#upload-rich-menu-image>
    pub async fn upload_rich_menu_image(
        &self,
        rich_menu_id: &str,
        image: impl Into<Bytes>,
    ) -> Result<Answer<()>, Error> {
        let image = image.into();
        let kind =
            RichMenuImage::check(&image).map_err(|why| Error::invalid("image", why.to_string()))?;
        let content_type = HeaderValue::from_static(kind.format.content_type());
        self.request(&SET, &[rich_menu_id])?.bytes(content_type, image).send().await?.empty()
    }

    /// Downloads the image of a rich menu.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound): the menu does not exist or has no image yet.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#download-rich-menu-image>
    pub async fn rich_menu_image(&self, rich_menu_id: &str) -> Result<Content, Error> {
        let exchange = self.request(&GET, &[rich_menu_id])?.open().await?;
        Ok(Content::new(exchange, self.connection().timeout()))
    }
}
