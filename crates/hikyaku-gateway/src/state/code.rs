use hikyaku_sender::{Datum, Error as StoreError, Transaction, Work};

use super::{
    State,
    flow::{Flow, read},
    owned::has_too_many,
    row::{Row, rows},
};
use crate::{
    AccessToken, Error,
    token::{SecretKind, letters},
};

/// How long a code may be exchanged, in milliseconds.
const LIFE: i64 = 5 * 60 * 1000;

/// How long a code that was exchanged is remembered, so that its use again is noticed, in milliseconds.
const USED_LIFE: i64 = 24 * 60 * 60 * 1000;

/// The length of a code, in letters and digits.
const LENGTH: usize = 43;

/// A wish that a person has agreed to.
#[derive(Debug)]
pub(crate) struct Agreed {
    pub(crate) flow: Flow,
    pub(crate) code: String,
}

impl State {
    /// Ends a wish by a code for this chat; nothing if the wish is over, or its person cannot pick the chat.
    pub(crate) async fn agree(
        &self,
        flow: &str,
        browser: &str,
        chat: &str,
    ) -> Result<Option<Agreed>, Error> {
        let code = letters(LENGTH)?;
        let agree = Agree {
            flow: self.of_browser(flow, browser),
            chat: chat.to_owned(),
            code: self.hasher.hash(SecretKind::AuthorizationCode, &code),
        };
        Ok(self.outbox.transact(agree).await?.map(|flow| Agreed { flow, code }))
    }

    /// Gives a token for a code, once. A code that comes again ends the token that it gave: one of the two who have it is
    /// not the service.
    pub(crate) async fn exchange(
        &self,
        service: i64,
        code: &str,
        redirect_uri: &str,
    ) -> Result<Exchanged, Error> {
        let token = AccessToken::new()?;
        let exchange = Exchange {
            service,
            code: self.hasher.hash(SecretKind::AuthorizationCode, code),
            redirect_uri: redirect_uri.to_owned(),
            token: self.hasher.hash(SecretKind::Token, token.expose()),
        };
        Ok(match self.outbox.transact(exchange).await? {
            Given::Token => Exchanged::Token(token),
            Given::Nothing => Exchanged::Nothing,
            Given::TooMany => Exchanged::TooMany,
        })
    }
}

/// What a service gets for a code.
#[derive(Debug)]
pub(crate) enum Exchanged {
    Token(AccessToken),
    /// The code is unknown or has expired.
    Nothing,
    /// The person has as many tokens as there may be.
    TooMany,
}

/// [`Exchanged`], in the store.
enum Given {
    Token,
    Nothing,
    TooMany,
}

struct Agree {
    flow: Vec<Datum>,
    chat: String,
    code: Vec<u8>,
}

impl Work for Agree {
    type Out = Option<Flow>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, StoreError> {
        let now = tx.now().await?.as_millis();
        // Of two at once, the other waits, and finds nothing.
        let lock = if tx.is_postgres() { " FOR UPDATE" } else { "" };
        let sql = format!(
            "SELECT service, redirect_uri, state, form_post, channel, person FROM hikyaku_gateway_flow \
             WHERE hash = $1 AND browser = $2 AND expires_at > $3{lock}"
        );
        let mut params = self.flow.clone();
        params.push(now.into());
        let Some(flow) = rows(tx, &sql, &params, read).await?.pop() else { return Ok(None) };
        let Some((channel, person)) = &flow.person else { return Ok(None) };
        let sql = "SELECT 1 FROM hikyaku_gateway_chat WHERE channel = $1 AND id = $2 AND gone = 0 AND (id = $3 OR id IN \
             (SELECT chat FROM hikyaku_gateway_linked WHERE channel = $1 AND person = $3))";
        let params: [Datum; 3] =
            [channel.as_str().into(), self.chat.as_str().into(), person.as_str().into()];
        if tx.query(sql, &params).await?.is_empty() {
            return Ok(None);
        }
        let sql = "DELETE FROM hikyaku_gateway_flow WHERE hash = $1 AND browser = $2";
        tx.query(sql, &self.flow).await?;
        let sql = "INSERT INTO hikyaku_gateway_code (hash, service, redirect_uri, target, channel, expires_at, owner) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let params: [Datum; 7] = [
            self.code.clone().into(),
            flow.service.into(),
            flow.redirect_uri.as_str().into(),
            self.chat.as_str().into(),
            channel.as_str().into(),
            (now + LIFE).into(),
            person.as_str().into(),
        ];
        tx.query(sql, &params).await?;
        Ok(Some(flow))
    }
}

struct Exchange {
    service: i64,
    code: Vec<u8>,
    redirect_uri: String,
    token: Vec<u8>,
}

impl Work for Exchange {
    type Out = Given;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Given, StoreError> {
        let now = tx.now().await?.as_millis();
        // Of two at once, the other waits, and finds the token of the first.
        let lock = if tx.is_postgres() { " FOR UPDATE OF c" } else { "" };
        let sql = format!(
            "SELECT c.redirect_uri, c.target, c.channel, c.token, c.expires_at, s.name, c.owner FROM hikyaku_gateway_code c \
             JOIN hikyaku_gateway_service s ON s.id = c.service WHERE c.hash = $1 AND c.service = $2{lock}"
        );
        let params = [self.code.clone().into(), self.service.into()];
        let read = |row: &mut Row| {
            let redirect_uri = row.text();
            let (target, channel) = (row.text(), row.text());
            let (token, expires_at) = (row.number_if_any(), row.number());
            (redirect_uri, target, channel, token, expires_at, row.text(), row.text_if_any())
        };
        let found = rows(tx, &sql, &params, read).await?.pop();
        let Some((redirect_uri, target, channel, token, expires_at, name, owner)) = found else {
            return Ok(Given::Nothing);
        };
        if let Some(token) = token {
            let sql = "UPDATE hikyaku_gateway_token SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
            tx.query(sql, &[now.into(), token.into()]).await?;
            return Ok(Given::Nothing);
        }
        if redirect_uri != self.redirect_uri || expires_at <= now {
            return Ok(Given::Nothing);
        }
        if let Some(owner) = &owner
            && has_too_many(tx, &channel, owner).await?
        {
            return Ok(Given::TooMany);
        }
        let sql = "INSERT INTO hikyaku_gateway_token (hash, name, target, channel, service, created_at, owner) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
        let params: [Datum; 7] = [
            self.token.clone().into(),
            name.into(),
            target.into(),
            channel.into(),
            self.service.into(),
            now.into(),
            owner.into(),
        ];
        let id = rows(tx, sql, &params, Row::number).await?.pop();
        let sql = "UPDATE hikyaku_gateway_code SET token = $1, expires_at = $2 WHERE hash = $3";
        let params = [id.into(), (now + USED_LIFE).into(), self.code.clone().into()];
        tx.query(sql, &params).await?;
        Ok(if id.is_some() { Given::Token } else { Given::Nothing })
    }
}
