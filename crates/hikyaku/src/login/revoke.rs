use hikyaku_model::UserAccessToken;

use super::LoginChannel;
use crate::{
    Answer, Client, Error,
    form::Form,
    route::{Auth, BodyKind, Route},
};

pub(super) static ROUTE: Route = Route::post("revokeLoginToken", "/oauth2/v2.1/revoke")
    .body(BodyKind::Form)
    .auth(Auth::Caller)
    .idempotent();

impl Client {
    /// Revokes a user's access token, as for a logout.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/line-login/#revoke-access-token>
    pub async fn revoke_login(
        &self,
        channel: &LoginChannel,
        token: &UserAccessToken,
    ) -> Result<Answer<()>, Error> {
        let form = Form::default()
            .channel(&channel.id, &channel.secret)
            .field("access_token", token.expose());
        self.request(&ROUTE, &[])?.form(form).send().await?.empty()
    }
}
