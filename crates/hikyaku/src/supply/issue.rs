use std::time::Duration;

use hikyaku_model::ChannelSecret;

use super::{assertion::AssertionKey, issued::IssuedToken};
use crate::{
    Answer, Error,
    connection::{Call, Connection},
    form::Form,
    judge::Expects,
    route::{Auth, BodyKind, Route},
    target::{BaseUrl, Target},
};

const LONGEST_LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Issuing is free and the token expires in 15 minutes, so a retry does no harm.
pub(crate) static STATELESS: Route = Route::post("issueStatelessChannelToken", "/oauth2/v3/token")
    .body(BodyKind::Form)
    .auth(Auth::Caller)
    .idempotent();
pub(crate) static V2_1: Route = Route::post("issueChannelTokenByJWT", "/oauth2/v2.1/token")
    .body(BodyKind::Form)
    .auth(Auth::Caller);

/// The endpoint that issues tokens. Its calls carry no token, so it needs no client.
#[derive(Clone, Copy)]
pub(crate) struct TokenEndpoint<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) api: &'a BaseUrl,
}

impl TokenEndpoint<'_> {
    pub(crate) async fn stateless(
        self,
        channel_id: &str,
        channel_secret: &ChannelSecret,
    ) -> Result<Answer<IssuedToken>, Error> {
        let form = Form::default()
            .field("grant_type", "client_credentials")
            .channel(channel_id, channel_secret);
        self.issue(&STATELESS, form).await
    }

    pub(crate) async fn stateless_by_jwt(
        self,
        key: &AssertionKey,
    ) -> Result<Answer<IssuedToken>, Error> {
        self.issue(&STATELESS, key.sign(None)?.form()).await
    }

    pub(crate) async fn v2_1(
        self,
        key: &AssertionKey,
        life: Duration,
    ) -> Result<Answer<IssuedToken>, Error> {
        check_life(life)?;
        self.issue(&V2_1, key.sign(Some(life))?.form()).await
    }

    async fn issue(self, route: &'static Route, form: Form) -> Result<Answer<IssuedToken>, Error> {
        let mut call = Call::new(route, self.api, Target::fixed(route.path));
        call.form(form);
        call.asked.expects = Expects::json::<IssuedToken>();
        self.connection.exchange(&call).await?.json()
    }
}

pub(super) fn check_life(life: Duration) -> Result<(), Error> {
    if life.as_secs() == 0 || life > LONGEST_LIFE {
        return Err(Error::invalid("life", "must be from one second to 30 days"));
    }
    Ok(())
}
