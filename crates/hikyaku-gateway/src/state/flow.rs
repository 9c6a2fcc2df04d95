use hikyaku_page::Lang;
use hikyaku_sender::{Datum, Error as StoreError, Transaction, Work};

use super::{
    State,
    row::{Row, rows},
};
use crate::{Error, token::SecretKind};

/// How long a person has to agree, in milliseconds.
const LIFE: i64 = 15 * 60 * 1000;

/// How often a number may be tried in a flow.
const TRIES: i64 = 10;

/// How many flows may be open at once: each is a row that somebody unknown has made.
const OPEN: i64 = 20_000;

/// How long it is remembered which events were there, in milliseconds: longer than LINE sends them again.
const SEEN_LIFE: i64 = 3 * 24 * 60 * 60 * 1000;

/// A service's wish for a token, as it was asked.
#[derive(Debug)]
pub(crate) struct NewFlow {
    pub(crate) service: i64,
    pub(crate) redirect_uri: String,
    pub(crate) state: String,
    pub(crate) form_post: bool,
    pub(crate) lang: Lang,
}

/// A service's wish for a token that a person is looking at.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) service: i64,
    pub(crate) redirect_uri: String,
    pub(crate) state: String,
    pub(crate) form_post: bool,
    /// The person, once known, and the channel by which.
    pub(crate) person: Option<(String, String)>,
}

impl State {
    /// Keeps a wish, under a secret of the page and one of the browser; whether there was room for it.
    pub(crate) async fn begin(
        &self,
        flow: &str,
        browser: &str,
        new: NewFlow,
    ) -> Result<bool, Error> {
        let params = vec![
            self.hasher.hash(SecretKind::Flow, flow).into(),
            self.hasher.hash(SecretKind::Browser, browser).into(),
            new.service.into(),
            new.redirect_uri.into(),
            new.state.into(),
            i64::from(new.form_post).into(),
            new.lang.tag().into(),
            self.hasher.hash(SecretKind::LinkCode, &self.link_code(flow)).into(),
        ];
        Ok(self.outbox.transact(Begin(params)).await?)
    }

    /// The wish behind a page, for the browser that it was made for.
    pub(crate) async fn flow(&self, flow: &str, browser: &str) -> Result<Option<Flow>, Error> {
        let sql = "SELECT service, redirect_uri, state, form_post, channel, person FROM hikyaku_gateway_flow \
                   WHERE hash = $1 AND browser = $2 AND expires_at > $3";
        let mut params = self.of_browser(flow, browser);
        params.push(self.now().await?.into());
        Ok(self.ask(sql, params, read).await?.pop())
    }

    /// Takes the number that the account has answered with; whether it was that one. Then the person is known.
    pub(crate) async fn answer(
        &self,
        flow: &str,
        browser: &str,
        number: &str,
    ) -> Result<bool, Error> {
        let answer = self.hasher.hash(SecretKind::Answer, number);
        Ok(self.outbox.transact(Answer { flow: self.of_browser(flow, browser), answer }).await?)
    }

    /// Ends a wish.
    pub(crate) async fn end(&self, flow: &str, browser: &str) -> Result<(), Error> {
        let sql = "DELETE FROM hikyaku_gateway_flow WHERE hash = $1 AND browser = $2";
        self.ask(sql, self.of_browser(flow, browser), |_| ()).await?;
        Ok(())
    }

    /// The code that links chats to a wish.
    pub(crate) fn link_code(&self, flow: &str) -> String {
        self.hasher.link_code(flow)
    }

    pub(super) fn of_browser(&self, flow: &str, browser: &str) -> Vec<Datum> {
        vec![
            self.hasher.hash(SecretKind::Flow, flow).into(),
            self.hasher.hash(SecretKind::Browser, browser).into(),
        ]
    }
}

pub(super) fn read(row: &mut Row) -> Flow {
    Flow {
        service: row.number(),
        redirect_uri: row.text(),
        state: row.text(),
        form_post: row.flag(),
        person: row.text_if_any().zip(row.text_if_any()),
    }
}

struct Begin(Vec<Datum>);

impl Work for Begin {
    type Out = bool;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<bool, StoreError> {
        let now = tx.now().await?.as_millis();
        for table in ["flow", "code", "unlinked"] {
            let sql = format!("DELETE FROM hikyaku_gateway_{table} WHERE expires_at <= $1");
            tx.query(&sql, &[now.into()]).await?;
        }
        let sql = "DELETE FROM hikyaku_gateway_seen WHERE at <= $1";
        tx.query(sql, &[(now - SEEN_LIFE).into()]).await?;
        let open = rows(tx, "SELECT count(*) FROM hikyaku_gateway_flow", &[], Row::number).await?;
        if open.first().is_some_and(|open| *open >= OPEN) {
            return Ok(false);
        }
        let sql = "INSERT INTO hikyaku_gateway_flow (hash, browser, service, redirect_uri, state, form_post, lang, link, \
                   tries, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)";
        let mut params = self.0.clone();
        params.push((now + LIFE).into());
        tx.query(sql, &params).await?;
        Ok(true)
    }
}

struct Answer {
    flow: Vec<Datum>,
    answer: Vec<u8>,
}

impl Work for Answer {
    type Out = bool;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<bool, StoreError> {
        let now = tx.now().await?.as_millis();
        let sql = "UPDATE hikyaku_gateway_flow SET tries = tries + 1 WHERE hash = $1 AND browser = $2 AND person IS NULL \
                   AND tries < $3 AND expires_at > $4 RETURNING answer";
        let mut params = self.flow.clone();
        params.extend([TRIES.into(), now.into()]);
        // Keyed hashes are compared: how long that takes tells nothing about the number.
        let tried = rows(tx, sql, &params, Row::bytes).await?;
        if tried.first() != Some(&self.answer) {
            return Ok(false);
        }
        let sql = "UPDATE hikyaku_gateway_flow SET channel = answer_channel, person = answer_person, answer = NULL \
                   WHERE hash = $1 AND browser = $2";
        tx.query(sql, &self.flow).await?;
        Ok(true)
    }
}
