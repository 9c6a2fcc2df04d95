//! Notifications that wait for room in the channel's month, and a chat that makes them free by saying something.

use hikyaku_model::{Message, SendKind, limits::MESSAGES};
use hikyaku_sender::{
    Datum, DeliveryId, Error as StoreError, Filter, HoldReason, Listed, Priority,
    State as DeliveryState, Transaction, WaitingFor, Work,
};

use super::{
    State,
    reply_token::ReplyToken,
    row::{Row, rows},
    waiting::{Chat, Waiting, charge_of},
};
use crate::Error;

/// How many of the notifications of one chat are looked at.
const LOOKED_AT: u32 = 500;

/// A push that waits for room in the month.
#[derive(Clone, Debug)]
struct Parked {
    id: DeliveryId,
    token: i64,
    messages: Vec<Message>,
    silent: bool,
}

impl Parked {
    /// A notification that could go as a reply instead. One with a sticker may be refused, and must not take others along.
    fn of(listed: &Listed) -> Option<Self> {
        let reference = listed.reference.as_ref()?;
        let token = reference["notify_token"].as_i64()?;
        let body = listed.body.as_ref()?;
        if listed.kind != SendKind::Push || listed.may_have_landed || reference["sticker"] == true {
            return None;
        }
        let messages = serde_json::from_value(body["messages"].clone()).ok()?;
        let silent = body["notificationDisabled"] == true;
        Some(Self { id: listed.id, token, messages, silent })
    }

    /// Lets what it carries wait again, now that it is withdrawn.
    async fn take_back(
        &self,
        tx: &mut Transaction<'_>,
        chat: &Chat,
    ) -> Result<Vec<Waiting>, StoreError> {
        let id: [Datum; 1] = [self.id.get().into()];
        let columns = Waiting::COLUMNS;
        let sql = format!(
            "UPDATE hikyaku_gateway_waiting SET delivery = NULL WHERE delivery = $1 RETURNING {columns}"
        );
        let mut again = rows(tx, &sql, &id, Waiting::read).await?;
        again.sort_by_key(|it| it.id);
        if again.is_empty() {
            // It went by itself.
            let sql = "SELECT name FROM hikyaku_gateway_picture WHERE delivery = $1";
            let picture = rows(tx, sql, &id, Row::text).await?.pop();
            let sql = format!(
                "INSERT INTO hikyaku_gateway_waiting (channel, target, token, request, objects, silent, priority, picture, \
                 closes_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING {columns}"
            );
            let params: [Datum; 9] = [
                chat.channel.as_str().into(),
                chat.target.as_str().into(),
                self.token.into(),
                // Messages, which JSON has.
                serde_json::to_string(&self.messages).unwrap_or_default().into(),
                i64::try_from(self.messages.len()).unwrap_or(i64::MAX).into(),
                i64::from(self.silent).into(),
                Priority::default().name().into(),
                picture.into(),
                tx.now().await?.as_millis().into(),
            ];
            again = rows(tx, &sql, &params, Waiting::read).await?;
        }
        if let Some(first) = again.first() {
            let sql = "UPDATE hikyaku_gateway_charge SET delivery = $1 WHERE delivery = $2";
            let [id] = id;
            tx.query(sql, &[charge_of(first.id).get().into(), id]).await?;
        }
        Ok(again)
    }
}

impl State {
    /// Sends the oldest notifications that wait for room in the month as one reply, if somebody has just said something in their
    /// chat: replies are free.
    pub(crate) async fn send_parked(&self, channel: &str, chat: &str) -> Result<(), Error> {
        let filter = Filter::default().channel(channel).recipient(chat);
        let filter = filter.state(DeliveryState::Ready).limit(LOOKED_AT);
        // The newest comes first.
        let listed = self.outbox.list(filter).await?.into_iter().rev();
        let parked: Vec<Parked> = listed.filter_map(|it| Parked::of(&it)).collect();
        let Some(first) = parked.first() else { return Ok(()) };
        // The others may wait for the first.
        let why = self.outbox.show(first.id).await?.and_then(|it| it.waiting_for);
        if !matches!(why, Some(WaitingFor::Quota | WaitingFor::Hold(HoldReason::Quota))) {
            return Ok(());
        }
        let chat = Chat::new(channel, chat);
        Ok(self.outbox.transact(SendParked { chat, parked }).await?)
    }
}

struct SendParked {
    chat: Chat,
    parked: Vec<Parked>,
}

impl Work for SendParked {
    type Out = ();

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), StoreError> {
        let Self { chat, parked } = self;
        chat.lock(tx).await?;
        if ReplyToken::find(tx, &chat.channel, &chat.target).await?.is_none() {
            return Ok(());
        }
        let (mut together, mut objects) = (Vec::new(), 0);
        for it in parked {
            let alike = parked.first().is_none_or(|first| first.silent == it.silent);
            objects += it.messages.len();
            if !alike || !MESSAGES.allows(objects) {
                break;
            }
            // One that is on its way by now stays what it is.
            if tx.cancel(it.id).await? {
                together.extend(it.take_back(tx, chat).await?);
            }
        }
        // Those that stay are before it in the chat's order, and wait for long.
        chat.send_out_of_turn(tx, together).await
    }
}
