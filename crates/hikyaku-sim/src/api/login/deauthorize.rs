use hikyaku_model::Checker;
use http::{Method, StatusCode};

use crate::{
    api::{Action, Answer, Auth, Body, Endpoint, Request, body},
    state::token::TokenKind,
};

/// Takes back, in a person's name, all that the person has agreed to.
///
/// Source: <https://developers.line.biz/en/reference/line-login/#deauthorize-your-app>
pub(crate) const ENDPOINT: Endpoint = Endpoint::new(Method::POST, "/user/v1/deauthorize", read)
    .auth(Auth::Login(&[TokenKind::V2_1, TokenKind::Stateless]));

fn read(request: &Request) -> Result<Action, Answer> {
    let json = Body::read(request)?;
    let mut errors = Checker::strict();
    let token = json.text("userAccessToken", &mut errors)?;
    body::finish(errors)?;
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let login = scene.login();
        match login.tokens.get(&token, now).map(|token| token.user) {
            Ok(user) => {
                login.deauthorize(user, now);
                Answer::nothing(StatusCode::NO_CONTENT)
            }
            Err(_) => Answer::error(StatusCode::BAD_REQUEST, "invalid token"),
        }
    }))
}
