use hikyaku_model::UserAccessToken;
use serde::Serialize;

use crate::{Answer, Client, Error, route::Route};

pub(super) static ROUTE: Route =
    Route::post("deauthorize", "/user/v1/deauthorize").idempotent().unnamed();

impl Client {
    /// Revokes, on the user's behalf, every permission that the user granted to the login channel. The client's own
    /// token must be one of that channel, v2.1 or stateless.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/line-login/#deauthorize-your-app>
    pub async fn deauthorize(&self, token: &UserAccessToken) -> Result<Answer<()>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            user_access_token: &'a str,
        }

        let body = Body { user_access_token: token.expose() };
        self.request(&ROUTE, &[])?.json(&body)?.send().await?.empty()
    }
}
