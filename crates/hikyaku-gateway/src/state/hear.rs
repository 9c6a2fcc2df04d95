use hikyaku_page::Lang;
use hikyaku_sender::{Datum, Error as StoreError, NewDelivery, Transaction, Work};

use super::{
    State,
    owned::has_too_many,
    reply_token::ReplyToken,
    row::{Row, rows},
    session::Keep,
};
use crate::{
    Error, Visitor,
    alert::{self, Alerts},
    token::{SecretKind, digits, letters},
    words::{self, my},
};

/// The digits that the account answers a code with.
const DIGITS: usize = 6;

/// The length of the secret of a link.
const LINK: usize = 43;

/// What a webhook told.
#[derive(Debug)]
pub(crate) struct Heard {
    /// LINE's `webhookEventId`.
    pub(crate) event: Option<String>,
    /// When it happened, in milliseconds since 1970.
    pub(crate) at: i64,
    /// The user, group or room.
    pub(crate) chat: String,
    /// By what the account may answer there, once.
    pub(crate) reply_token: Option<String>,
    pub(crate) what: What,
}

/// What happened in a chat.
#[derive(Debug)]
pub(crate) enum What {
    /// The account is a friend, or in the group.
    Here,
    /// The account was blocked or removed.
    Gone,
    /// These people left the group.
    Left(Vec<String>),
    /// Somebody typed what may be a code.
    Code {
        /// Who, where LINE tells.
        person: Option<String>,
        code: String,
    },
    /// A person asks for a link to the page of tokens.
    SignIn {
        /// What the link's secret stands behind.
        url: String,
        lang: Lang,
    },
}

impl State {
    /// Acts on what the webhooks of a channel told, each event once, and gives the chats whose names are not known yet.
    pub(crate) async fn hear(
        &self,
        channel: &str,
        heard: Vec<Heard>,
        alerts: &Alerts,
    ) -> Result<Vec<String>, Error> {
        let mut events = Vec::with_capacity(heard.len());
        for Heard { event, at, chat, reply_token, what } in heard {
            let what = match what {
                What::Here => Known::Here,
                What::Gone => Known::Gone,
                What::Left(people) => Known::Left(people),
                What::SignIn { url, lang } => {
                    let link = letters(LINK)?;
                    Known::SignIn {
                        link: self.hasher.hash(SecretKind::SignIn, &link),
                        reply: words::fill(words::sign_in_here(lang), &[("url", &(url + &link))]),
                    }
                }
                What::Code { person, code } => {
                    let number = digits(DIGITS)?;
                    Known::Code {
                        person,
                        link: self.hasher.hash(SecretKind::LinkCode, &code),
                        answer: self.hasher.hash(SecretKind::Answer, &number),
                        number,
                    }
                }
            };
            events.push(Hashed { event, at, chat, reply_token, what });
        }
        let hear = Hear { channel: channel.to_owned(), events, alerts: alerts.clone() };
        Ok(self.outbox.transact(hear).await?)
    }
}

struct Hear {
    channel: String,
    events: Vec<Hashed>,
    alerts: Alerts,
}

/// [`Heard`], with the secrets hashed.
struct Hashed {
    event: Option<String>,
    at: i64,
    chat: String,
    reply_token: Option<String>,
    what: Known,
}

enum Known {
    Here,
    Gone,
    Left(Vec<String>),
    Code { person: Option<String>, link: Vec<u8>, number: String, answer: Vec<u8> },
    SignIn { link: Vec<u8>, reply: String },
}

impl Work for Hear {
    type Out = Vec<String>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Vec<String>, StoreError> {
        let mut nameless = Vec::new();
        for heard in &self.events {
            let changes = !matches!(heard.what, Known::Here);
            if changes && !is_first(tx, heard.event.as_deref()).await? {
                continue;
            }
            let here = !matches!(heard.what, Known::Gone);
            if self.stands(tx, heard, here).await? {
                nameless.push(heard.chat.clone());
            }
            let mut reply_token = heard.reply_token.as_deref();
            match &heard.what {
                Known::Here => {}
                Known::Gone => self.tell_gone(tx, &heard.chat).await?,
                Known::Left(people) => {
                    for person in people {
                        let sql = "DELETE FROM hikyaku_gateway_linked WHERE channel = $1 AND person = $2 AND chat = $3";
                        let params: [Datum; 3] = [
                            self.channel.as_str().into(),
                            person.as_str().into(),
                            heard.chat.as_str().into(),
                        ];
                        tx.query(sql, &params).await?;
                    }
                }
                Known::SignIn { link, reply } => {
                    // A group must not read a link that is one person's.
                    if heard.chat.starts_with('U') {
                        let (channel, user) = (self.channel.clone(), heard.chat.clone());
                        Keep::link(link.clone(), Visitor::Person { channel, user }).run(tx).await?;
                        self.say(tx, &heard.chat, reply_token.take(), reply).await?;
                    }
                }
                Known::Code { person, link, number, answer } => {
                    let code = Code { person: person.as_deref(), link, number, answer };
                    if let Some(reply) = self.link(tx, &heard.chat, &code).await? {
                        self.say(tx, &heard.chat, reply_token.take(), &reply).await?;
                    }
                }
            }
            if let Some(token) = reply_token {
                ReplyToken::keep(tx, &self.channel, &heard.chat, token).await?;
            }
        }
        nameless.sort_unstable();
        nameless.dedup();
        Ok(nameless)
    }
}

/// Remembers an event; whether it was not there before. One without an id is always new.
async fn is_first(tx: &mut Transaction<'_>, event: Option<&str>) -> Result<bool, StoreError> {
    let Some(event) = event else { return Ok(true) };
    let now = tx.now().await?.as_millis();
    let sql = "INSERT INTO hikyaku_gateway_seen (event, at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING at";
    Ok(!tx.query(sql, &[event.into(), now.into()]).await?.is_empty())
}

/// A code that was typed.
struct Code<'a> {
    person: Option<&'a str>,
    link: &'a [u8],
    number: &'a str,
    answer: &'a [u8],
}

impl Hear {
    /// Notes whether the account is in a chat, unless a later event has told; whether the chat's name is to be asked for.
    async fn stands(
        &self,
        tx: &mut Transaction<'_>,
        heard: &Hashed,
        here: bool,
    ) -> Result<bool, StoreError> {
        let key: [Datum; 2] = [self.channel.as_str().into(), heard.chat.as_str().into()];
        let sql = "SELECT name, gone, at FROM hikyaku_gateway_chat WHERE channel = $1 AND id = $2";
        let read = |row: &mut Row| (row.text_if_any(), row.flag(), row.number());
        let known = rows(tx, sql, &key, read).await?.pop();
        let [channel, chat] = key;
        let params = [i64::from(!here).into(), heard.at.into(), channel, chat];
        // Another webhook may bring the same chat at this moment.
        let is_new = known.is_none()
            && {
                let sql = "INSERT INTO hikyaku_gateway_chat (gone, at, channel, id) VALUES ($1, $2, $3, $4) \
                       ON CONFLICT DO NOTHING RETURNING at";
                !tx.query(sql, &params).await?.is_empty()
            };
        // Else it is what was known, or older than it.
        if !is_new && known.as_ref().is_none_or(|(_, gone, at)| *gone == here && *at <= heard.at) {
            let sql = "UPDATE hikyaku_gateway_chat SET gone = $1, at = $2 \
                       WHERE channel = $3 AND id = $4 AND gone <> $1 AND at <= $2";
            tx.query(sql, &params).await?;
        }
        Ok(here && known.is_none_or(|(name, _, _)| name.is_none()))
    }

    /// Says something in a chat that has just said something: by the reply token, or by a push where that is a bot's.
    async fn say(
        &self,
        tx: &mut Transaction<'_>,
        chat: &str,
        reply_token: Option<&str>,
        text: &str,
    ) -> Result<(), StoreError> {
        let delivery = match reply_token {
            Some(token) => NewDelivery::reply(token, text),
            None => NewDelivery::push(chat, text),
        };
        tx.enqueue(delivery.channel(&self.channel)).await.map(drop)
    }

    /// Tells the operator of a chat that is gone and that tokens send to.
    async fn tell_gone(&self, tx: &mut Transaction<'_>, chat: &str) -> Result<(), StoreError> {
        let sql = "SELECT t.id, t.name, c.name FROM hikyaku_gateway_token t JOIN hikyaku_gateway_chat c \
                   ON c.channel = t.channel AND c.id = t.target \
                   WHERE t.channel = $1 AND t.target = $2 AND t.revoked_at IS NULL AND c.gone = 1 ORDER BY t.id";
        let key = [self.channel.as_str().into(), chat.into()];
        let read = |row: &mut Row| (row.number(), row.text(), row.text_if_any());
        let tokens = rows(tx, sql, &key, read).await?;
        let Some((_, _, name)) = tokens.first() else { return Ok(()) };
        let whose: Vec<String> =
            tokens.iter().map(|(id, name, _)| format!("{id} ({name})")).collect();
        let name = name.as_deref().unwrap_or(chat);
        let text = alert::gone(chat, name, &whose.join(", "));
        let message = self.alerts.message_beyond((&self.channel, chat), "gone", &text);
        if super::alert::alert(tx, &format!("gone:{}:{chat}", self.channel), message).await? {
            tracing::warn!(tokens = whose.len(), "a chat that tokens send to is gone");
        }
        Ok(())
    }

    /// Acts on a code, and gives what the account says to it. A text that only looks like one gets no answer.
    async fn link(
        &self,
        tx: &mut Transaction<'_>,
        chat: &str,
        code: &Code<'_>,
    ) -> Result<Option<String>, StoreError> {
        let now = tx.now().await?.as_millis();
        if let Some(reply) = self.link_token(tx, chat, code, now).await? {
            return Ok(Some(reply));
        }
        let key: [Datum; 2] = [code.link.to_vec().into(), now.into()];
        let sql = "SELECT f.hash, f.channel, f.person, f.lang, s.name FROM hikyaku_gateway_flow f \
                   JOIN hikyaku_gateway_service s ON s.id = f.service WHERE f.link = $1 AND f.expires_at > $2";
        let read = |row: &mut Row| {
            let (hash, channel) = (row.bytes(), row.text_if_any());
            (hash, channel, row.text_if_any(), row.text(), row.text())
        };
        let found = rows(tx, sql, &key, read).await?.pop();
        let Some((flow, channel, known, lang, service)) = found else { return Ok(None) };
        let lang = language(&lang);
        if chat.starts_with('U') {
            if known.is_some() {
                return Ok(None);
            }
            let sql = "UPDATE hikyaku_gateway_flow SET answer = $1, answer_channel = $2, answer_person = $3 WHERE hash = $4";
            let params: [Datum; 4] = [
                code.answer.to_vec().into(),
                self.channel.as_str().into(),
                chat.into(),
                flow.into(),
            ];
            tx.query(sql, &params).await?;
            let values = [("service", service.as_str()), ("number", code.number)];
            return Ok(Some(words::fill(words::answer(lang), &values)));
        }
        // Anyone who types here is in the group. Where LINE does not tell who that is, it is the person who has the page.
        let known = known.filter(|_| channel.as_deref() == Some(&self.channel));
        let person = match (known.as_deref(), code.person) {
            // The page is another's, who may not be in the group at all.
            (Some(known), Some(person)) if known != person => return Ok(None),
            (known, person) => person.or(known),
        };
        let Some(person) = person else {
            return Ok(Some(words::first_alone(lang).to_owned()));
        };
        self.note_linked(tx, person, chat).await?;
        Ok(Some(words::group_is_known(lang).to_owned()))
    }
}

impl Hear {
    /// Makes the chat the one of the token that the code is for, new or moved, and gives what the account says to it.
    async fn link_token(
        &self,
        tx: &mut Transaction<'_>,
        chat: &str,
        code: &Code<'_>,
        now: i64,
    ) -> Result<Option<String>, StoreError> {
        let sql = "DELETE FROM hikyaku_gateway_unlinked WHERE link = $1 AND expires_at > $2 \
                   AND (channel IS NULL OR channel = $3) RETURNING token, name, lang, owner, moves";
        let channel = self.channel.as_str();
        let params: [Datum; 3] = [code.link.to_vec().into(), now.into(), channel.into()];
        let read = |row: &mut Row| {
            let (token, name, lang) = (row.bytes(), row.text(), row.text());
            (token, name, lang, row.text_if_any(), row.number_if_any())
        };
        let found = rows(tx, sql, &params, read).await?.pop();
        let Some((token, name, lang, owner, moves)) = found else { return Ok(None) };
        if let Some(id) = moves {
            let sql = "UPDATE hikyaku_gateway_token SET target = $1, target_name = NULL \
                       WHERE id = $2 AND revoked_at IS NULL";
            tx.query(sql, &[chat.into(), id.into()]).await?;
        } else {
            if let Some(owner) = &owner
                && has_too_many(tx, channel, owner).await?
            {
                return Ok(Some(my::too_many(language(&lang)).to_owned()));
            }
            let sql = "INSERT INTO hikyaku_gateway_token (hash, name, target, channel, created_at, owner) \
                       VALUES ($1, $2, $3, $4, $5, $6)";
            let params: [Datum; 6] = [
                token.into(),
                name.as_str().into(),
                chat.into(),
                channel.into(),
                now.into(),
                owner.clone().into(),
            ];
            tx.query(sql, &params).await?;
        }
        if !chat.starts_with('U')
            && let Some(owner) = owner.filter(|owner| code.person.is_none_or(|it| it == owner))
        {
            // The owner was there, and may pick the group from now on.
            self.note_linked(tx, &owner, chat).await?;
        }
        let text = words::token_is_linked(language(&lang));
        Ok(Some(words::fill(text, &[("service", &name)])))
    }

    async fn note_linked(
        &self,
        tx: &mut Transaction<'_>,
        person: &str,
        chat: &str,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO hikyaku_gateway_linked (channel, person, chat) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        tx.query(sql, &[self.channel.as_str().into(), person.into(), chat.into()]).await?;
        Ok(())
    }
}

fn language(tag: &str) -> Lang {
    Lang::from_tag(tag).unwrap_or_default()
}
