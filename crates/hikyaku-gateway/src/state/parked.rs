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
    spend::move_charge,
    waiting::{Chat, Waiting, charge_of},
};
use crate::Error;

/// How many of the notifications of one chat are looked at at a time.
const LOOKED_AT: u32 = 500;

/// A push that waits for room in the month.
#[derive(Clone, Debug)]
struct Parked {
    id: DeliveryId,
    token: i64,
    messages: Vec<Message>,
    silent: bool,
    name: String,
}

/// By what it is known what carries a notification that was taken back: its own name, or one for it alone.
fn name_of(listed: &Listed) -> String {
    listed.idempotency_key.clone().unwrap_or_else(|| format!("freed:{}", listed.id))
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
        Some(Self { id: listed.id, token, messages, silent, name: name_of(listed) })
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
            "UPDATE hikyaku_gateway_waiting SET delivery = NULL, promised = 1 WHERE delivery = $1 RETURNING {columns}"
        );
        let mut again = rows(tx, &sql, &id, Waiting::read).await?;
        again.sort_by_key(|it| it.id);
        if again.is_empty() {
            // It went by itself.
            let sql = "SELECT name FROM hikyaku_gateway_picture WHERE delivery = $1";
            let picture = rows(tx, sql, &id, Row::text).await?.pop();
            let sql = "UPDATE hikyaku_gateway_waiting SET name = NULL WHERE name = $1";
            tx.query(sql, &[self.name.as_str().into()]).await?;
            let sql = format!(
                "INSERT INTO hikyaku_gateway_waiting (channel, target, token, request, objects, silent, priority, picture, \
                 closes_at, name, promised) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1) RETURNING {columns}"
            );
            let params: [Datum; 10] = [
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
                self.name.as_str().into(),
            ];
            again = rows(tx, &sql, &params, Waiting::read).await?;
        }
        if let Some(first) = again.first() {
            move_charge(tx, self.id, charge_of(first.id)).await?;
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
        let parked = self.oldest(filter).await?;
        let Some(first) = parked.first() else { return Ok(()) };
        // The others may wait for the first.
        let why = self.outbox.show(first.id).await?.and_then(|it| it.waiting_for);
        if !matches!(why, Some(WaitingFor::Quota | WaitingFor::Hold(HoldReason::Quota))) {
            return Ok(());
        }
        let chat = Chat::new(channel, chat);
        Ok(self.outbox.transact(SendParked { chat, parked }).await?)
    }

    /// The delivery that carries what another was to carry, before that was taken back.
    pub(crate) async fn freed(&self, taken_back: &Listed) -> Result<Option<DeliveryId>, Error> {
        let sql = "SELECT delivery FROM hikyaku_gateway_waiting WHERE name = $1";
        let found = self.ask(sql, [name_of(taken_back).into()], Row::number_if_any).await?;
        Ok(found.into_iter().flatten().next().map(DeliveryId::from))
    }

    /// Those of a filter that could go as one reply, the oldest first. The store lists the newest first.
    async fn oldest(&self, mut filter: Filter) -> Result<Vec<Parked>, Error> {
        let mut oldest = Vec::new();
        loop {
            let page = self.outbox.list(filter.clone()).await?;
            let Some(last) = page.last().map(|it| it.id) else { return Ok(oldest) };
            let mut older: Vec<Parked> = page.iter().rev().filter_map(Parked::of).collect();
            older.append(&mut oldest);
            // Each has a message.
            older.truncate(MESSAGES.max);
            oldest = older;
            filter = filter.before(last);
        }
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
