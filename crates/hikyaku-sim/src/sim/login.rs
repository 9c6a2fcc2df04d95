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

    /// Lets a person open a LIFF app of the channel and agree to what it asks for; gives what its page then has.
    ///
    /// # Panics
    /// There is no such person or app.
    pub fn open_liff(&self, user: &UserId, liff_id: &str) -> LiffSession {
        let user = self.sim.known(user);
        let opened = self.sim.change(|world| world.open_liff(self.place, liff_id, user));
        let (access_token, id_token) =
            opened.unwrap_or_else(|| panic!("no such LIFF app: {liff_id}"));
        LiffSession { access_token, id_token }
    }

    /// Lets the channel, as a LINE MINI App, send service messages of a template, named with its language
    /// (`thankyou_msg_en`).
    pub fn add_service_template(&self, name: impl Into<String>) {
        let name = name.into();
        self.sim.change(|world| world.logins[self.place].service.templates.insert(name));
    }

    /// The service messages that the channel sent, oldest first.
    pub fn service_messages(&self) -> Vec<ServiceMessage> {
        self.sim.look(|world| world.logins[self.place].service.sent.clone())
    }

    /// Lets the channel, as a LINE MINI App, sell this, and be told of purchases at this URL.
    ///
    /// # Errors
    /// Webhooks cannot go to the URL.
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

    /// Lets the person of a reserved purchase pay for it, and tells the channel's server, signed with the channel secret.
    /// Gives whether that has answered with 2xx.
    ///
    /// # Panics
    /// There is no such purchase, or it is paid for.
    pub async fn pay(&self, order_id: &str) -> bool {
        let paid = pay(&self.sim.running.shared, self.place, order_id).await;
        paid.unwrap_or_else(|| panic!("no purchase waits under this id: {order_id}"))
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

/// What the page of a LIFF app has of the person who opened it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiffSession {
    /// For calls in the person's name, 12 hours: what `liff.getAccessToken()` gives.
    pub access_token: String,
    /// Who the person is, where the app asks for `openid`; signed by ES256: what `liff.getIDToken()` gives.
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
