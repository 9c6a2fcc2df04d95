//! What a person has: tokens and services.

use hikyaku_page::Lang;
use hikyaku_sender::{Datum, Error as StoreError, Transaction, Work};

use super::{
    RegisteredService, ServiceRow, State, TokenRow, UnlinkedToken,
    row::{Row, rows},
    service, token,
    waiting::Chat,
};
use crate::{
    AccessToken, Error,
    token::{SecretKind, letters, shown_code},
};

/// The most tokens that one person has at once: each may be called a thousand times an hour.
const MOST: i64 = 100;

/// A token of a person's, and how much it was used.
#[derive(Debug)]
pub(crate) struct OwnedToken {
    pub(crate) token: TokenRow,
    /// When it was last called, in milliseconds since 1970.
    pub(crate) last_at: Option<i64>,
    /// Calls of the month.
    pub(crate) calls: i64,
    /// Notifications of the month that LINE took or that wait.
    pub(crate) sends: i64,
}

/// Whether a person has as many tokens as there may be. Those that wait for their code count.
pub(super) async fn has_too_many(
    tx: &mut Transaction<'_>,
    channel: &str,
    person: &str,
) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM hikyaku_gateway_token WHERE channel = $1 AND owner = $2 AND revoked_at IS NULL";
    let params: [Datum; 2] = [channel.into(), person.into()];
    let tokens = rows(tx, sql, &params, Row::number).await?.pop().unwrap_or_default();
    Ok(tokens + unlinked(tx, channel, person, "IS NULL").await? >= MOST)
}

/// How many codes of a person are open: for new tokens (`IS NULL`), or for moves.
async fn unlinked(
    tx: &mut Transaction<'_>,
    channel: &str,
    person: &str,
    moves: &str,
) -> Result<i64, StoreError> {
    let sql = format!(
        "SELECT count(*) FROM hikyaku_gateway_unlinked WHERE channel = $1 AND owner = $2 AND expires_at > $3 AND moves {moves}"
    );
    let now = tx.now().await?.as_millis();
    let params: [Datum; 3] = [channel.into(), person.into(), now.into()];
    Ok(rows(tx, &sql, &params, Row::number).await?.pop().unwrap_or_default())
}

/// What became of a token that a person wants.
#[derive(Debug)]
pub(crate) enum Chosen {
    Made(AccessToken),
    /// The person cannot pick this chat.
    NotThere,
    /// The person has as many as there may be.
    TooMany,
}

/// The condition of a person's own tokens: those that the person made, and those whose messages the person alone gets.
const OWN: &str = "t.channel = $1 AND (t.owner = $2 OR t.target = $2) AND t.revoked_at IS NULL";

impl State {
    /// The tokens of a person that work, the newest first.
    pub(crate) async fn tokens_of(
        &self,
        channel: &str,
        person: &str,
        month: i64,
    ) -> Result<Vec<OwnedToken>, Error> {
        let sql = format!("{} WHERE {OWN} ORDER BY t.id DESC", token::SELECT);
        let tokens = self.ask(sql, [channel.into(), person.into()], token::read).await?;
        let sql = format!(
            "SELECT u.token, max(u.last_at) FROM hikyaku_gateway_use u \
             JOIN hikyaku_gateway_token t ON t.id = u.token WHERE {OWN} GROUP BY u.token"
        );
        let read = |row: &mut Row| (row.number(), row.number());
        let last = self.ask(sql, [channel.into(), person.into()], read).await?;
        let sql = format!(
            "SELECT u.token, u.calls, u.sends FROM hikyaku_gateway_use u \
             JOIN hikyaku_gateway_token t ON t.id = u.token WHERE {OWN} AND u.month = $3"
        );
        let read = |row: &mut Row| (row.number(), (row.number(), row.number()));
        let params: [Datum; 3] = [channel.into(), person.into(), month.into()];
        let used = self.ask(sql, params, read).await?;
        let owned = tokens.into_iter().map(|token| {
            let found = used.iter().find(|(id, _)| *id == token.id).map(|(_, used)| *used);
            let (calls, sends) = found.unwrap_or_default();
            let last_at = last.iter().find(|(id, _)| *id == token.id).map(|(_, at)| *at);
            OwnedToken { token, last_at, calls, sends }
        });
        Ok(owned.collect())
    }

    /// One of them.
    pub(crate) async fn token_of(
        &self,
        channel: &str,
        person: &str,
        id: i64,
    ) -> Result<Option<TokenRow>, Error> {
        let sql = format!("{} WHERE {OWN} AND t.id = $3", token::SELECT);
        let params: [Datum; 3] = [channel.into(), person.into(), id.into()];
        Ok(self.ask(sql, params, token::read).await?.pop())
    }

    /// Makes a token for a chat that the person can pick.
    pub(crate) async fn issue_for(
        &self,
        channel: &str,
        person: &str,
        name: &str,
        chat: &str,
    ) -> Result<Chosen, Error> {
        token::check_name(name)?;
        let token = AccessToken::new()?;
        let issue = IssueFor {
            hash: self.hasher.hash(SecretKind::Token, token.expose()),
            name: name.trim().to_owned(),
            place: Place::new(channel, person, chat),
        };
        Ok(match self.outbox.transact(issue).await? {
            Placed::Done => Chosen::Made(token),
            Placed::NotThere => Chosen::NotThere,
            Placed::TooMany => Chosen::TooMany,
        })
    }

    /// Makes a person's token that is of no chat yet; `moves` is the number of one that there is, and that is to move. Nothing if
    /// the person has as many as there may be.
    pub(crate) async fn unlinked_for(
        &self,
        channel: &str,
        person: &str,
        name: &str,
        lang: Lang,
        moves: Option<i64>,
    ) -> Result<Option<UnlinkedToken>, Error> {
        token::check_name(name)?;
        let token = AccessToken::new()?;
        let code = self.hasher.link_code(&letters(43)?);
        let unlinked = UnlinkedFor {
            link: self.hasher.hash(SecretKind::LinkCode, &code),
            token: self.hasher.hash(SecretKind::Token, token.expose()),
            name: name.trim().to_owned(),
            lang,
            channel: channel.to_owned(),
            person: person.to_owned(),
            moves,
        };
        let is_made = self.outbox.transact(unlinked).await?;
        Ok(is_made.then(|| UnlinkedToken { token, code: shown_code(&code) }))
    }

    /// Moves a person's token to a chat that the person can pick; whether it did.
    pub(crate) async fn move_token(
        &self,
        channel: &str,
        person: &str,
        id: i64,
        chat: &str,
    ) -> Result<bool, Error> {
        let place = Place::new(channel, person, chat);
        Ok(matches!(self.outbox.transact(Move { id, place }).await?, Placed::Done))
    }

    /// The services that a person has registered and not removed.
    pub(crate) async fn services_of(
        &self,
        channel: &str,
        person: &str,
    ) -> Result<Vec<ServiceRow>, Error> {
        let sql = format!(
            "SELECT {} FROM hikyaku_gateway_service WHERE channel = $1 AND owner = $2 AND removed_at IS NULL ORDER BY id",
            service::COLUMNS
        );
        self.ask(sql, [channel.into(), person.into()], service::read).await
    }

    /// Says whose service it is.
    pub(crate) async fn own_service(
        &self,
        channel: &str,
        person: &str,
        service: &RegisteredService,
    ) -> Result<(), Error> {
        let sql = "UPDATE hikyaku_gateway_service SET channel = $1, owner = $2 WHERE id = $3";
        let params: [Datum; 3] = [channel.into(), person.into(), service.id.into()];
        self.ask(sql, params, |_| ()).await?;
        Ok(())
    }
}

/// A chat that a person wants a token for.
struct Place {
    channel: String,
    person: String,
    chat: String,
}

enum Placed {
    Done,
    NotThere,
    TooMany,
}

impl Place {
    fn new(channel: &str, person: &str, chat: &str) -> Self {
        let [channel, person, chat] = [channel, person, chat].map(str::to_owned);
        Self { channel, person, chat }
    }

    /// Whether it is the person's own chat, or a group that the person has linked, with the account in it.
    async fn can_be_picked(&self, tx: &mut Transaction<'_>) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM hikyaku_gateway_chat WHERE channel = $1 AND id = $2 AND gone = 0 AND (id = $3 OR id IN \
                   (SELECT chat FROM hikyaku_gateway_linked WHERE channel = $1 AND person = $3))";
        let params: [Datum; 3] =
            [self.channel.as_str().into(), self.chat.as_str().into(), self.person.as_str().into()];
        Ok(!tx.query(sql, &params).await?.is_empty())
    }
}

struct IssueFor {
    hash: Vec<u8>,
    name: String,
    place: Place,
}

impl Work for IssueFor {
    type Out = Placed;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Placed, StoreError> {
        let Place { channel, person, chat } = &self.place;
        Chat::new(channel, person).lock(tx).await?;
        if !self.place.can_be_picked(tx).await? {
            return Ok(Placed::NotThere);
        }
        if has_too_many(tx, channel, person).await? {
            return Ok(Placed::TooMany);
        }
        let sql = "INSERT INTO hikyaku_gateway_token (hash, name, target, channel, created_at, owner) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let params: [Datum; 6] = [
            self.hash.clone().into(),
            self.name.as_str().into(),
            chat.as_str().into(),
            channel.as_str().into(),
            tx.now().await?.as_millis().into(),
            person.as_str().into(),
        ];
        tx.query(sql, &params).await?;
        Ok(Placed::Done)
    }
}

struct UnlinkedFor {
    link: Vec<u8>,
    token: Vec<u8>,
    name: String,
    lang: Lang,
    channel: String,
    person: String,
    moves: Option<i64>,
}

impl Work for UnlinkedFor {
    type Out = bool;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<bool, StoreError> {
        Chat::new(&self.channel, &self.person).lock(tx).await?;
        let (channel, person) = (self.channel.as_str(), self.person.as_str());
        let too_many = match self.moves {
            Some(_) => unlinked(tx, channel, person, "IS NOT NULL").await? >= MOST,
            None => has_too_many(tx, channel, person).await?,
        };
        if too_many {
            return Ok(false);
        }
        token::forget_unlinked(tx).await?;
        let sql = "INSERT INTO hikyaku_gateway_unlinked (link, token, name, lang, expires_at, channel, owner, moves) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let params: [Datum; 8] = [
            self.link.clone().into(),
            self.token.clone().into(),
            self.name.as_str().into(),
            self.lang.tag().into(),
            (tx.now().await?.as_millis() + token::LINK_LIFE).into(),
            self.channel.as_str().into(),
            self.person.as_str().into(),
            self.moves.into(),
        ];
        tx.query(sql, &params).await?;
        Ok(true)
    }
}

struct Move {
    id: i64,
    place: Place,
}

impl Work for Move {
    type Out = Placed;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Placed, StoreError> {
        if !self.place.can_be_picked(tx).await? {
            return Ok(Placed::NotThere);
        }
        let Place { channel, person, chat } = &self.place;
        let sql = "UPDATE hikyaku_gateway_token SET target = $1, target_name = NULL WHERE id = $2 AND channel = $3 \
                   AND (owner = $4 OR target = $4) AND revoked_at IS NULL RETURNING id";
        let params: [Datum; 4] =
            [chat.as_str().into(), self.id.into(), channel.as_str().into(), person.as_str().into()];
        let moved = tx.query(sql, &params).await?;
        Ok(if moved.is_empty() { Placed::NotThere } else { Placed::Done })
    }
}
