use std::fmt;

use bytes::Bytes;
use hikyaku_model::{ChannelSecret, UserId};
use http::{HeaderMap, Method, header};
use uuid::Uuid;

use super::Sim;
use crate::{
    api::{self, LOGIN_CONSENT, Scene},
    purchase::pay,
    state::{
        assertion::InvalidAssertionKey,
        holder::Holder,
        login::ServiceMessage,
        webhook::{InvalidWebhookUrl, deliverable},
    },
};

/// LINE Login.
impl Sim {
    /// Returns the LINE Login channel that is linked to the account of this handle's channel. The first channel has one
    /// from the start, with the id `sim-login-1` and the secret `sim-login-secret-1`; others are created at the first
    /// call.
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
    /// Returns the channel's id. The id and the secret are visibly fake, and the same in every run.
    pub fn channel_id(&self) -> String {
        self.sim.look(|world| world.logins[self.place].id.to_string())
    }

    /// Returns the channel secret, which signs the ID tokens of web logins.
    pub fn channel_secret(&self) -> ChannelSecret {
        self.sim.look(|world| world.logins[self.place].secret.clone())
    }

    /// Registers a redirect URI, as the LINE Developers Console does.
    pub fn add_redirect_uri(&self, uri: impl Into<String>) {
        let uri = uri.into();
        self.sim.change(|world| world.logins[self.place].redirect_uris.insert(uri));
    }

    /// Registers an assertion signing key for this channel, like [`Sim::register_assertion_key`].
    ///
    /// # Errors
    /// The text is not such a key.
    pub fn register_assertion_key(&self, jwk: &str) -> Result<String, InvalidAssertionKey> {
        self.sim.change(|world| world.keys.register(Holder::Login(self.place), jwk))
    }

    /// Makes a user open the page of an authorization request and consent to all of it. Returns the URL to which the
    /// browser is redirected, with the `code` and `state`, or with the `error` of an invalid request; also where the request
    /// asks for a form to be posted there. With a `response_mode` of `jwt`, all of them are in the JWT `response`.
    ///
    /// # Panics
    /// The user does not exist, or the channel or redirect URI is wrong, so that there is no redirect.
    pub fn agree(&self, user: &UserId, authorize_url: &str) -> String {
        self.sim.known(user);
        self.answer(authorize_url, &format!("user={user}&email=on&add=on"))
    }

    /// Makes a user open a LIFF app of the channel and grant its permissions. Returns the tokens that its page then
    /// has.
    ///
    /// # Panics
    /// The user or the app does not exist.
    pub fn open_liff(&self, user: &UserId, liff_id: &str) -> LiffSession {
        let user = self.sim.known(user);
        let opened = self.sim.change(|world| world.open_liff(self.place, liff_id, user));
        let (access_token, id_token) =
            opened.unwrap_or_else(|| panic!("no such LIFF app: {liff_id}"));
        LiffSession { access_token, id_token }
    }

    /// Allows the channel, as a LINE MINI App, to send service messages from a template, named with its language
    /// (`thankyou_msg_en`).
    pub fn add_service_template(&self, name: impl Into<String>) {
        let name = name.into();
        self.sim.change(|world| world.logins[self.place].service.templates.insert(name));
    }

    /// Returns the service messages that the channel sent, oldest first.
    pub fn service_messages(&self) -> Vec<ServiceMessage> {
        self.sim.look(|world| world.logins[self.place].service.sent.iter().cloned().collect())
    }

    /// Lets the channel, as a LINE MINI App, sell this product, and receive purchase events at this URL.
    ///
    /// # Errors
    /// The webhook URL is not allowed.
    pub fn sell(
        &self,
        product_id: impl Into<String>,
        webhook: impl Into<String>,
    ) -> Result<(), InvalidWebhookUrl> {
        let (product_id, webhook) = (product_id.into(), webhook.into());
        self.sim.change(|world| {
            deliverable(&webhook, world.settings.webhook.remote_allowed)?;
            let shop = &mut world.logins[self.place].shop;
            shop.products.insert(product_id);
            shop.webhook = Some(webhook);
            Ok(())
        })
    }

    /// Makes the user of a reserved purchase pay for it, and sends the event to the channel's server, signed with the
    /// channel secret. Returns whether the server answered with 2xx.
    ///
    /// # Panics
    /// The purchase does not exist, or is paid for already.
    pub async fn pay(&self, order_id: &str) -> bool {
        let paid = pay(&self.sim.running.shared, self.place, order_id).await;
        paid.unwrap_or_else(|| panic!("no purchase waits under this id: {order_id}"))
    }

    /// Makes a user cancel the authorization request, otherwise like [`Self::agree`].
    ///
    /// # Panics
    /// The channel or redirect URI is wrong, so that there is no redirect.
    pub fn deny(&self, authorize_url: &str) -> String {
        self.answer(authorize_url, "answer=deny")
    }

    fn answer(&self, authorize_url: &str, form: &str) -> String {
        let mut headers = HeaderMap::new();
        let form_type = header::HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(header::CONTENT_TYPE, form_type);
        let query = authorize_url.split_once('?').map_or("", |(_, query)| query);
        let query: Vec<_> = query
            .split('&')
            .map(|it| match it {
                "response_mode=form_post" => "response_mode=query",
                "response_mode=form_post.jwt" => "response_mode=query.jwt",
                it => it,
            })
            .collect();
        let request = api::Request {
            id: Uuid::new_v4(),
            method: Method::POST,
            path: LOGIN_CONSENT.path.to_owned(),
            query: query.join("&"),
            headers,
            body: Bytes::from(form.to_owned()),
        };
        let answer = (LOGIN_CONSENT.read)(&request).and_then(|action| {
            self.sim.change(|world| {
                let now = world.clock.now();
                let mut scene =
                    Scene { world, channel: 0, caller: None, request_id: request.id, now };
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

/// The tokens in the page of a LIFF app for the user who opened it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiffSession {
    /// The access token for calls on the user's behalf, valid for 12 hours: the result of `liff.getAccessToken()`.
    pub access_token: String,
    /// The ID token, if the app asks for `openid`, signed with ES256: the result of `liff.getIDToken()`.
    pub id_token: Option<String>,
}

impl fmt::Debug for LiffSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiffSession").finish_non_exhaustive()
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("channel_id", &self.channel_id()).finish_non_exhaustive()
    }
}
