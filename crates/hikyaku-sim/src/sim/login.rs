use std::fmt;

use bytes::Bytes;
use hikyaku_model::{ChannelSecret, UserId};
use http::{HeaderMap, Method, header};
use uuid::Uuid;

use super::Sim;
use crate::{
    api::{self, LOGIN_CONSENT, Scene},
    state::{assertion::InvalidAssertionKey, holder::Holder},
};

/// LINE Login.
impl Sim {
    /// The LINE Login channel that is linked to the account of this handle's channel. The first channel has one from the
    /// start, with the id `sim-login-1` and the secret `sim-login-secret-1`; another gets one when it is first asked for.
    pub fn login(&self) -> Login {
        let place = self.change(|world| {
            let linked = world.logins.iter().position(|login| login.linked == self.channel);
            linked.unwrap_or_else(|| world.add_login(self.channel))
        });
        Login { sim: self.clone(), place }
    }
}

/// A LINE Login channel of a simulator; made by [`Sim::login`].
///
/// ```
/// # async fn example(sim: hikyaku_sim::Sim) {
/// let login = sim.login();
/// login.add_redirect_uri("http://127.0.0.1:3000/back");
/// let hana = sim.add_user();
/// let url = format!(
///     "{}/oauth2/v2.1/authorize?response_type=code&client_id={}&state=abc&scope=profile%20openid\
///      &redirect_uri=http%3A%2F%2F127.0.0.1%3A3000%2Fback",
///     sim.api_url(),
///     login.channel_id(),
/// );
/// let back = login.agree(&hana, &url);
/// assert!(back.starts_with("http://127.0.0.1:3000/back?code="));
/// # }
/// ```
#[derive(Clone)]
pub struct Login {
    sim: Sim,
    place: usize,
}

impl Login {
    /// The channel's id. It and the secret are visibly fake, and the same in every run.
    pub fn channel_id(&self) -> String {
        self.sim.look(|world| world.logins[self.place].id.to_string())
    }

    /// The channel secret, which signs the ID tokens of web logins.
    pub fn channel_secret(&self) -> ChannelSecret {
        self.sim.look(|world| world.logins[self.place].secret.clone())
    }

    /// Registers an address that people may be sent back to, as LINE's console does.
    pub fn add_redirect_uri(&self, uri: impl Into<String>) {
        let uri = uri.into();
        self.sim.change(|world| world.logins[self.place].redirect_uris.insert(uri));
    }

    /// As [`Sim::register_assertion_key`], for this channel.
    ///
    /// # Errors
    /// It is no such key.
    pub fn register_assertion_key(&self, jwk: &str) -> Result<String, InvalidAssertionKey> {
        self.sim.change(|world| world.keys.register(Holder::Login(self.place), jwk))
    }

    /// Lets a person open the page of an authorization request and agree to all of it; gives the address that their
    /// browser is sent back to, with the `code` and `state`, or with the `error` of a request that is wrong.
    ///
    /// # Panics
    /// There is no such person, or the channel or redirect URI is wrong, so that the person is sent nowhere.
    pub fn agree(&self, user: &UserId, authorize_url: &str) -> String {
        self.sim.known(user);
        self.answer(authorize_url, &format!("user={user}&email=on&add=on"))
    }

    /// As [`Self::agree`], and the person cancels.
    ///
    /// # Panics
    /// The channel or redirect URI is wrong, so that nobody is sent anywhere.
    pub fn deny(&self, authorize_url: &str) -> String {
        self.answer(authorize_url, "answer=deny")
    }

    fn answer(&self, authorize_url: &str, form: &str) -> String {
        let mut headers = HeaderMap::new();
        let form_type = header::HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(header::CONTENT_TYPE, form_type);
        let request = api::Request {
            id: Uuid::new_v4(),
            method: Method::POST,
            path: LOGIN_CONSENT.path.to_owned(),
            query: authorize_url.split_once('?').map_or("", |(_, query)| query).to_owned(),
            headers,
            body: Bytes::from(form.to_owned()),
        };
        let answer = (LOGIN_CONSENT.read)(&request).and_then(|action| {
            self.sim.change(|world| {
                let now = world.clock.now();
                let mut scene = Scene { world, channel: 0, request_id: request.id, now };
                Ok(action(&mut scene))
            })
        });
        let answer = answer.unwrap_or_else(|refused| refused);
        let location = answer.headers.as_ref().and_then(|headers| headers.get(header::LOCATION));
        let location = location.and_then(|address| address.to_str().ok());
        let why = answer.hint.as_deref().unwrap_or("the request is wrong");
        location.unwrap_or_else(|| panic!("nobody is sent anywhere: {why}")).to_owned()
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("channel_id", &self.channel_id()).finish_non_exhaustive()
    }
}
