use hikyaku_sender::{Datum, Error as StoreError, Transaction, Work};

use super::{
    State,
    row::{Row, rows},
};
use crate::{
    Error, Visitor,
    token::{SecretKind, letters},
};

/// The length of the secrets of sessions and links.
const SECRET: usize = 43;

/// How long a link may be opened, in milliseconds.
const LINK_LIFE: i64 = 15 * 60 * 1000;

/// How long a person stays signed in, in milliseconds.
const PERSON_LIFE: i64 = 7 * 24 * 60 * 60 * 1000;

/// How long somebody who runs the gateway stays signed in, in milliseconds.
const OPERATOR_LIFE: i64 = 12 * 60 * 60 * 1000;

/// How many logins with LINE may be under way at once: each is a row that somebody unknown has made.
const OPEN: i64 = 20_000;

/// A session that has begun.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) session: String,
    pub(crate) visitor: Visitor,
}

impl State {
    /// Makes the secret of a link that signs its opener in as this visitor, once, within 15 minutes.
    ///
    /// # Errors
    /// The visitor's name is empty or too long, or the store did not take it.
    pub async fn sign_in_link(&self, visitor: Visitor) -> Result<String, Error> {
        visitor.check()?;
        let secret = letters(SECRET)?;
        let keep = Keep::link(self.hasher.hash(SecretKind::SignIn, &secret), visitor);
        self.outbox.transact(keep).await?;
        Ok(secret)
    }

    /// Whom a link would sign in.
    pub(crate) async fn link_of(&self, link: &str) -> Result<Option<Visitor>, Error> {
        self.known(SecretKind::SignIn, link, true).await
    }

    /// Who has a session.
    pub(crate) async fn visitor(&self, session: &str) -> Result<Option<Visitor>, Error> {
        self.known(SecretKind::Session, session, false).await
    }

    async fn known(
        &self,
        kind: SecretKind,
        secret: &str,
        is_link: bool,
    ) -> Result<Option<Visitor>, Error> {
        let sql = "SELECT role, channel, name FROM hikyaku_gateway_session \
                   WHERE hash = $1 AND is_link = $2 AND expires_at > $3";
        let hash = self.hasher.hash(kind, secret);
        let params: [Datum; 3] = [hash.into(), i64::from(is_link).into(), self.now().await?.into()];
        Ok(self.ask(sql, params, read).await?.pop().flatten())
    }

    /// Ends a link, and begins the session that it is for.
    pub(crate) async fn enter(&self, link: &str) -> Result<Option<Begun>, Error> {
        let session = letters(SECRET)?;
        let enter = Enter {
            link: self.hasher.hash(SecretKind::SignIn, link),
            session: self.hasher.hash(SecretKind::Session, &session),
        };
        let visitor = self.outbox.transact(enter).await?;
        Ok(visitor.map(|visitor| Begun { session, visitor }))
    }

    /// Begins a session of somebody who is known by other means.
    pub(crate) async fn begin_session(&self, visitor: Visitor) -> Result<String, Error> {
        let session = letters(SECRET)?;
        let hash = self.hasher.hash(SecretKind::Session, &session);
        let life = life(&visitor);
        self.outbox.transact(Keep { hash, is_link: false, visitor, life }).await?;
        Ok(session)
    }

    /// Ends a session.
    pub(crate) async fn leave(&self, session: &str) -> Result<(), Error> {
        let sql = "DELETE FROM hikyaku_gateway_session WHERE hash = $1 AND is_link = 0";
        let hash = self.hasher.hash(SecretKind::Session, session);
        self.ask(sql, [hash.into()], |_| ()).await?;
        Ok(())
    }

    /// What a session's forms have in them, and no other site knows.
    pub(crate) fn form_proof(&self, session: &str) -> String {
        self.hasher.hex(SecretKind::Form, session)
    }

    /// Whether a form has it, in a time that does not tell how much of it.
    pub(crate) fn is_form_proof(&self, session: &str, given: &str) -> bool {
        let hash = |text: &str| self.hasher.hash(SecretKind::Form, text);
        hash(given) == hash(&self.form_proof(session))
    }

    /// What shows that this was previewed in this session.
    pub(crate) fn confirmation(&self, session: &str, what: &str) -> String {
        self.hasher.hex(SecretKind::Confirm, &format!("{session}\n{what}"))
    }

    /// Begins a login with LINE, under the `state` that LINE brings back; whether there was room for it.
    pub(crate) async fn begin_login(&self, state: &str) -> Result<bool, Error> {
        let hash = self.hasher.hash(SecretKind::Login, state);
        Ok(self.outbox.transact(BeginLogin { hash }).await?)
    }

    /// Ends a login; whether it was under way.
    pub(crate) async fn end_login(&self, state: &str) -> Result<bool, Error> {
        let sql = "DELETE FROM hikyaku_gateway_login WHERE hash = $1 AND expires_at > $2 RETURNING expires_at";
        let hash = self.hasher.hash(SecretKind::Login, state);
        let params: [Datum; 2] = [hash.into(), self.now().await?.into()];
        Ok(!self.ask(sql, params, |_| ()).await?.is_empty())
    }

    /// What LINE's ID token has to say again, and the verifier of the code: both follow from the `state`.
    pub(crate) fn login_secrets(&self, state: &str) -> (String, String) {
        let hex = |kind| self.hasher.hex(kind, state);
        (hex(SecretKind::LoginNonce), hex(SecretKind::LoginVerifier))
    }
}

fn read(row: &mut Row) -> Option<Visitor> {
    let (role, channel, name) = (row.text(), row.text(), row.text());
    Visitor::from_role(&role, channel, name)
}

fn life(visitor: &Visitor) -> i64 {
    match visitor {
        Visitor::Person { .. } => PERSON_LIFE,
        Visitor::Operator { .. } | Visitor::Viewer { .. } => OPERATOR_LIFE,
    }
}

/// Keeps a session or a link, and forgets those that are over.
pub(super) struct Keep {
    hash: Vec<u8>,
    is_link: bool,
    visitor: Visitor,
    life: i64,
}

impl Keep {
    pub(super) fn link(hash: Vec<u8>, visitor: Visitor) -> Self {
        Self { hash, is_link: true, visitor, life: LINK_LIFE }
    }
}

impl Work for Keep {
    type Out = ();

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), StoreError> {
        let now = tx.now().await?.as_millis();
        tx.query("DELETE FROM hikyaku_gateway_session WHERE expires_at <= $1", &[now.into()])
            .await?;
        let sql = "INSERT INTO hikyaku_gateway_session (hash, is_link, role, channel, name, expires_at) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let (role, channel, name) = self.visitor.parts();
        let params: [Datum; 6] = [
            self.hash.clone().into(),
            i64::from(self.is_link).into(),
            role.into(),
            channel.into(),
            name.into(),
            (now + self.life).into(),
        ];
        tx.query(sql, &params).await?;
        Ok(())
    }
}

struct Enter {
    link: Vec<u8>,
    session: Vec<u8>,
}

impl Work for Enter {
    type Out = Option<Visitor>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, StoreError> {
        let now = tx.now().await?.as_millis();
        let sql = "DELETE FROM hikyaku_gateway_session WHERE hash = $1 AND is_link = 1 AND expires_at > $2 \
                   RETURNING role, channel, name";
        let params: [Datum; 2] = [self.link.clone().into(), now.into()];
        let Some(visitor) = rows(tx, sql, &params, read).await?.pop().flatten() else {
            return Ok(None);
        };
        let (hash, life) = (self.session.clone(), life(&visitor));
        Keep { hash, is_link: false, visitor: visitor.clone(), life }.run(tx).await?;
        Ok(Some(visitor))
    }
}

struct BeginLogin {
    hash: Vec<u8>,
}

impl Work for BeginLogin {
    type Out = bool;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<bool, StoreError> {
        let now = tx.now().await?.as_millis();
        tx.query("DELETE FROM hikyaku_gateway_login WHERE expires_at <= $1", &[now.into()]).await?;
        let open = rows(tx, "SELECT count(*) FROM hikyaku_gateway_login", &[], Row::number).await?;
        if open.first().is_some_and(|open| *open >= OPEN) {
            return Ok(false);
        }
        let sql = "INSERT INTO hikyaku_gateway_login (hash, expires_at) VALUES ($1, $2)";
        tx.query(sql, &[self.hash.clone().into(), (now + LINK_LIFE).into()]).await?;
        Ok(true)
    }
}
