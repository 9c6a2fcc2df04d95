use hikyaku_page::Lang;
use hikyaku_sender::{Datum, Error as StoreError, Priority, Transaction};
use serde::Serialize;

use super::{
    State,
    row::{Row, whole},
};
use crate::{
    AccessToken, Error, chat_id,
    token::{SecretKind, hex, letters, shown_code},
};

/// The longest name of a token, in characters: it is a part of every message.
const LONGEST_NAME: usize = 100;

/// How long a token waits for the chat that it is to be of, in milliseconds.
pub(super) const LINK_LIFE: i64 = 15 * 60 * 1000;

/// Forgets tokens whose code was never sent.
const FORGET_UNLINKED: &str = "DELETE FROM hikyaku_gateway_unlinked WHERE expires_at <= $1";

/// A token, and what is known of its chat.
pub(super) const SELECT: &str = "SELECT t.id, t.name, t.target, coalesce(t.target_name, c.name), t.channel, t.service, \
    CASE WHEN t.revoked_at IS NULL THEN 0 ELSE 1 END, coalesce(c.gone, 0), t.budget, t.priority FROM hikyaku_gateway_token t \
    LEFT JOIN hikyaku_gateway_chat c ON c.channel = t.channel AND c.id = t.target";

/// A token to issue.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The name, which precedes each message.
    pub name: String,
    /// The user, group or room.
    pub target: String,
    /// The name of the target in `/api/status`.
    pub target_name: Option<String>,
    /// The channel that sends, by its name in the configuration.
    pub channel: String,
}

/// An issued token.
#[derive(Clone, Debug)]
pub struct IssuedToken {
    /// The number.
    pub id: i64,
    /// The token itself; it cannot be read again.
    pub token: AccessToken,
}

/// A token that starts to work when its code is sent in its future chat.
#[derive(Clone, Debug)]
pub struct UnlinkedToken {
    /// The token itself; it cannot be read again.
    pub token: AccessToken,
    /// The code to send in the chat within 15 minutes.
    pub code: String,
}

/// The stored data of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TokenRow {
    /// The number.
    pub id: i64,
    /// The name, which precedes each message.
    pub name: String,
    /// The user, group or room.
    pub target: String,
    /// The name of the target in `/api/status`.
    pub target_name: Option<String>,
    /// The channel that sends.
    pub channel: String,
    /// The number of the service to which it was issued; `None` for a token issued by the operator.
    pub service: Option<i64>,
    /// Whether it is revoked.
    pub revoked: bool,
    /// Whether the user has blocked the account, or the account is no longer in the group.
    pub target_gone: bool,
    /// The monthly limit on its recipients; `None` for no limit but the channel's quota.
    pub budget: Option<u64>,
    /// The priority of its notifications.
    pub priority: Priority,
}

impl TokenRow {
    /// Returns the owner of the budget against which its notifications count, as named in
    /// [`SpendRow`](crate::SpendRow).
    pub fn owner(&self) -> String {
        format!("notify:{}", self.id)
    }
}

/// Changes to a token; a `None` leaves the value as it is.
#[derive(Clone, Debug, Default)]
pub struct TokenChange {
    /// The monthly limit on its recipients; `Some(None)` for no limit but the channel's quota.
    pub budget: Option<Option<u64>>,
    /// The priority of its notifications.
    pub priority: Option<Priority>,
}

impl State {
    /// Stores a new token, or one that LINE Notify had issued.
    ///
    /// # Errors
    /// The name is empty or too long, the target is not the id of a chat, the token exists already, or the store failed
    /// to commit it.
    pub async fn issue(
        &self,
        new: NewToken,
        imported: Option<AccessToken>,
    ) -> Result<IssuedToken, Error> {
        check(&new)?;
        let token = match imported {
            Some(token) => token,
            None => AccessToken::new()?,
        };
        let sql = "INSERT INTO hikyaku_gateway_token (hash, name, target, target_name, channel, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id";
        let params: [Datum; 6] = [
            self.hasher.hash(SecretKind::Token, token.expose()).into(),
            new.name.into(),
            new.target.into(),
            new.target_name.into(),
            new.channel.into(),
            self.now().await?.into(),
        ];
        match self.ask(sql, params, Row::number).await?.pop() {
            Some(id) => Ok(IssuedToken { id, token }),
            None => {
                Err(Error::conflict("this token is in the store already, or was revoked there"))
            }
        }
    }

    /// Issues a token without a chat: the chat in which its code is sent within 15 minutes becomes its target.
    ///
    /// # Errors
    /// The name is empty or too long, or the store failed to commit it.
    pub async fn issue_unlinked(&self, name: String, lang: Lang) -> Result<UnlinkedToken, Error> {
        check_name(&name)?;
        let token = AccessToken::new()?;
        let code = self.hasher.link_code(&letters(43)?);
        let now = self.now().await?;
        self.ask(FORGET_UNLINKED, [now.into()], |_| ()).await?;
        let sql = "INSERT INTO hikyaku_gateway_unlinked (link, token, name, lang, expires_at) VALUES ($1, $2, $3, $4, $5)";
        let params: [Datum; 5] = [
            self.hasher.hash(SecretKind::LinkCode, &code).into(),
            self.hasher.hash(SecretKind::Token, token.expose()).into(),
            name.into(),
            lang.tag().into(),
            (now + LINK_LIFE).into(),
        ];
        self.ask(sql, params, |_| ()).await?;
        Ok(UnlinkedToken { token, code: shown_code(&code) })
    }

    /// Returns all tokens, the oldest first, including revoked ones.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>, Error> {
        self.ask(format!("{SELECT} ORDER BY t.id"), [], read).await
    }

    /// Revokes a token at once. Returns whether it was active before.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revoke(&self, id: i64) -> Result<bool, Error> {
        let sql = "UPDATE hikyaku_gateway_token SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL RETURNING id";
        let revoked = self.ask(sql, [self.now().await?.into(), id.into()], Row::number).await?;
        Ok(!revoked.is_empty())
    }

    /// Returns the secret with which GitHub signs the webhooks for the token with this number. It is derived from the
    /// store's key.
    pub fn github_secret(&self, id: i64) -> String {
        hex(&self.hasher.hash(SecretKind::GitHub, &id.to_string()))
    }

    /// The token that works, by its number.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn token(&self, id: i64) -> Result<Option<TokenRow>, Error> {
        let sql = format!("{SELECT} WHERE t.id = $1 AND t.revoked_at IS NULL");
        Ok(self.ask(sql, [id.into()], read).await?.pop())
    }

    /// Changes a token that works; whether there is such a one. Gateways that run heed it at once.
    ///
    /// # Errors
    /// The store did not do it.
    pub async fn change_token(&self, id: i64, change: TokenChange) -> Result<bool, Error> {
        let TokenChange { budget, priority } = change;
        let sql = "UPDATE hikyaku_gateway_token SET budget = CASE WHEN $1 = 1 THEN $2 ELSE budget END, \
                   priority = coalesce($3, priority) WHERE id = $4 AND revoked_at IS NULL RETURNING id";
        let params: [Datum; 4] = [
            i64::from(budget.is_some()).into(),
            budget.flatten().map(whole).into(),
            priority.map(Priority::name).into(),
            id.into(),
        ];
        let changed = self.ask(sql, params, Row::number).await?;
        if budget.is_some() {
            self.may_be_told_again(&format!("notify:{id}")).await?;
        }
        Ok(!changed.is_empty())
    }

    /// The token that works, by itself.
    pub(crate) async fn find(&self, token: &str) -> Result<Option<TokenRow>, Error> {
        let sql = format!("{SELECT} WHERE t.hash = $1 AND t.revoked_at IS NULL");
        let hash = self.hasher.hash(SecretKind::Token, token);
        Ok(self.ask(sql, [hash.into()], read).await?.pop())
    }
}

/// Forgets tokens whose code was never sent.
pub(super) async fn forget_unlinked(tx: &mut Transaction<'_>) -> Result<(), StoreError> {
    let now = tx.now().await?.as_millis();
    tx.query(FORGET_UNLINKED, &[now.into()]).await.map(drop)
}

pub(super) fn read(row: &mut Row) -> TokenRow {
    TokenRow {
        id: row.number(),
        name: row.text(),
        target: row.text(),
        target_name: row.text_if_any(),
        channel: row.text(),
        service: row.number_if_any(),
        revoked: row.flag(),
        target_gone: row.flag(),
        budget: row.count_if_any(),
        priority: row.text().parse().unwrap_or_default(),
    }
}

fn check(new: &NewToken) -> Result<(), Error> {
    check_name(&new.name)?;
    chat_id::check(&new.target)
}

/// Checks what is to stand in front of messages.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control)
    {
        return Err(Error::new("a name has 1 to 100 characters, none of them a control character"));
    }
    Ok(())
}
