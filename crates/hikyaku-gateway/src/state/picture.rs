use std::time::Duration;

use hikyaku_sender::{DeliveryId, Error as StoreError, State as DeliveryState, Transaction};

use super::{State, row::Row};
use crate::{
    Error,
    token::{SecretKind, hex},
};

/// How long a picture is kept whatever happens, in milliseconds: its delivery may not be enqueued yet.
const SHORTEST: i64 = 60 * 60 * 1000;

/// How many of the oldest pictures are looked at when one has to go.
const LOOKED_AT: i64 = 200;

/// Notes which delivery shows a picture, so that it stays as long as that is to be sent.
const SHOWN_BY: &str = "UPDATE hikyaku_gateway_picture SET delivery = $1 WHERE name = $2";

/// Who has uploaded a picture, by number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PictureOwner {
    /// A token of LINE Notify's API.
    Token(i64),
    /// A key of LINE's API.
    Key(i64),
}

/// A picture that is kept.
#[derive(Debug)]
pub(crate) struct PictureRow {
    pub(crate) name: String,
    pub(crate) bytes: i64,
    /// When it was uploaded last, in milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) delivery: Option<i64>,
}

/// A picture that had to go.
#[derive(Debug)]
pub(crate) struct Gone {
    pub(crate) name: String,
    /// How long ago it was uploaded last.
    pub(crate) age: Duration,
}

impl State {
    /// The newest pictures, how many there are, and how many bytes they have.
    pub(crate) async fn pictures(&self, limit: i64) -> Result<(Vec<PictureRow>, i64, i64), Error> {
        let sql = "SELECT name, bytes, at, delivery FROM hikyaku_gateway_picture ORDER BY at DESC LIMIT $1";
        let read = |row: &mut Row| PictureRow {
            name: row.text(),
            bytes: row.number(),
            at: row.number(),
            delivery: row.number_if_any(),
        };
        let newest = self.ask(sql, [limit.into()], read).await?;
        let sql =
            "SELECT count(*), cast(coalesce(sum(bytes), 0) AS bigint) FROM hikyaku_gateway_picture";
        let all = self.ask(sql, [], |row| (row.number(), row.number())).await?.pop();
        let (count, bytes) = all.unwrap_or_default();
        Ok((newest, count, bytes))
    }

    /// The name of somebody's picture with a preview of this size, which nobody can guess and which is the same each time.
    pub(crate) fn picture_name(&self, owner: PictureOwner, side: u32, bytes: &[u8]) -> String {
        let hash = |kind, pieces: &[&[u8]]| hex(&self.hasher.hash_bytes(kind, pieces));
        match owner {
            PictureOwner::Token(token) => hash(SecretKind::Picture, &[&token.to_be_bytes(), bytes]),
            PictureOwner::Key(key) => {
                hash(SecretKind::KeyPicture, &[&key.to_be_bytes(), &side.to_be_bytes(), bytes])
            }
        }
    }

    /// Notes that a delivery shows pictures, so that they stay as long as that is to be sent. Of several that show one, the
    /// newest counts.
    pub(crate) async fn pictures_are_of(
        &self,
        names: &[&str],
        delivery: DeliveryId,
    ) -> Result<(), Error> {
        for name in names {
            self.ask(SHOWN_BY, [delivery.get().into(), (*name).into()], |_| ()).await?;
        }
        Ok(())
    }

    /// Notes a picture, or that it is wanted again.
    pub(crate) async fn note_picture(&self, name: &str, bytes: usize) -> Result<(), Error> {
        let sql = "INSERT INTO hikyaku_gateway_picture (name, bytes, at) VALUES ($1, $2, $3) \
                   ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes, at = excluded.at";
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.ask(sql, [name.into(), bytes.into(), self.now().await?.into()], |_| ()).await?;
        Ok(())
    }

    /// Forgets the oldest pictures until the others have no more than so many bytes, and gives them. Those of
    /// deliveries that are still to be sent stay.
    pub(crate) async fn make_room(&self, budget: u64) -> Result<Vec<Gone>, Error> {
        let budget = i64::try_from(budget).unwrap_or(i64::MAX);
        // PostgreSQL's sum of numbers of 64 bits is a decimal.
        let sql = "SELECT cast(coalesce(sum(bytes), 0) AS bigint) FROM hikyaku_gateway_picture";
        let mut total = self.ask(sql, [], Row::number).await?.pop().unwrap_or_default();
        let mut gone = Vec::new();
        if total <= budget {
            return Ok(gone);
        }
        let sql = "SELECT name, bytes, delivery, at FROM hikyaku_gateway_picture WHERE at < $1 ORDER BY at LIMIT $2";
        let now = self.now().await?;
        let before = now - SHORTEST;
        let read = |row: &mut Row| (row.text(), row.number(), row.number_if_any(), row.number());
        for (name, bytes, delivery, at) in
            self.ask(sql, [before.into(), LOOKED_AT.into()], read).await?
        {
            if total <= budget {
                break;
            }
            let listed = match delivery {
                Some(id) => self.outbox.show(id.into()).await?,
                None => None,
            };
            let is_open =
                |it: DeliveryState| matches!(it, DeliveryState::Ready | DeliveryState::InFlight);
            if listed.is_some_and(|it| is_open(it.state)) {
                continue;
            }
            let sql = "DELETE FROM hikyaku_gateway_picture WHERE name = $1";
            self.ask(sql, [name.as_str().into()], |_| ()).await?;
            total -= bytes;
            let age = Duration::from_millis(u64::try_from(now - at).unwrap_or_default());
            gone.push(Gone { name, age });
        }
        Ok(gone)
    }
}

/// Notes that a delivery shows what another has shown.
pub(super) async fn pictures_go_to(
    tx: &mut Transaction<'_>,
    from: DeliveryId,
    to: DeliveryId,
) -> Result<(), StoreError> {
    let sql = "UPDATE hikyaku_gateway_picture SET delivery = $1 WHERE delivery = $2";
    tx.query(sql, &[to.get().into(), from.get().into()]).await.map(drop)
}

/// Notes which delivery shows a picture, so that it stays as long as that is to be sent.
pub(super) async fn picture_is_of(
    tx: &mut Transaction<'_>,
    name: &str,
    delivery: DeliveryId,
) -> Result<(), StoreError> {
    tx.query(SHOWN_BY, &[delivery.get().into(), name.into()]).await.map(drop)
}
