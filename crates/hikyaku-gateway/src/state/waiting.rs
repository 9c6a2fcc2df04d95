use std::time::Duration;

use hikyaku_model::{Message, limits::MESSAGES};
use hikyaku_sender::{
    Datum, DeliveryId, Error as StoreError, Listed, Priority, Time, Transaction, Work,
};
use serde_json::json;

use super::{
    State,
    parcel::Parcel,
    picture::picture_is_of,
    row::{Row, rows},
    spend::{Account, Charge, Spent, give_back, is_surely_not_sent, move_charge},
};
use crate::{Error, joined};

/// How long it is remembered which push carried a notification: as long as the outbox remembers its own names.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A notification that waits for others of its chat, or whose push is in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    pub(crate) id: i64,
    /// The delivery that carries it, once there is one.
    pub(crate) delivery: Option<DeliveryId>,
    pub(crate) spent: Option<Spent>,
}

/// What became of a notification that is to wait for others.
#[derive(Debug)]
pub(crate) enum Join {
    Joined(Joined),
    /// Its budget has no room for it; nothing was kept.
    UsedUp(Spent),
    /// Its name stands for another notification.
    Conflict,
}

impl State {
    /// Keeps a notification that goes with the others of its chat which come within the window, five objects at most. Its name
    /// may be that of one whose delivery surely was not sent.
    pub(crate) async fn join(
        &self,
        parcel: Parcel,
        charge: Option<Charge>,
        window: Duration,
    ) -> Result<Join, Error> {
        let not_sent = match &parcel.name {
            Some(name) => self.not_sent(name).await?,
            None => None,
        };
        let join = self.outbox.transact(JoinOthers { parcel, charge, window, not_sent }).await?;
        if let (Join::Joined(_), Some(NotSent { delivery, is_alone: true, .. })) = (&join, not_sent)
        {
            // Nobody is to retry it: the notification would go out twice. One that was withdrawn is no dead letter.
            let _ = self.outbox.drop_dead_letter(delivery).await;
        }
        Ok(join)
    }

    /// What was known under a name, if it surely was not sent, and nothing is sent instead.
    async fn not_sent(&self, name: &str) -> Result<Option<NotSent>, Error> {
        let sql = "SELECT id, delivery FROM hikyaku_gateway_waiting WHERE name = $1 AND delivery IS NOT NULL";
        let read = |row: &mut Row| (row.number(), DeliveryId::from(row.number()));
        let Some((id, delivery)) = self.ask(sql, [name.into()], read).await?.pop() else {
            return Ok(None);
        };
        let listed = self.outbox.show(delivery).await?.filter(|it| {
            is_surely_not_sent(it.state) && !it.may_have_landed && !joined::is_to_part(it)
        });
        let is_alone = |it: Listed| !joined::is_joined(&it);
        Ok(listed.map(|it| NotSent { id, delivery, is_alone: is_alone(it) }))
    }

    /// The delivery that carries a notification.
    pub(crate) async fn carried_by(&self, id: i64) -> Result<Option<DeliveryId>, Error> {
        let sql = "SELECT delivery FROM hikyaku_gateway_waiting WHERE id = $1";
        let found = self.ask(sql, [id.into()], Row::number_if_any).await?.pop().flatten();
        Ok(found.map(DeliveryId::from))
    }

    /// Notes that somebody is told that a notification of a chat will be sent, so that nobody withdraws it later. Whether it is
    /// noted: one that has a delivery is not, since that can be asked.
    pub(crate) async fn promise(&self, parcel: &Parcel, id: i64) -> Result<bool, Error> {
        Ok(self.outbox.transact(Promise { chat: Chat::of(parcel), id }).await?)
    }

    /// Whether a notification of this name is, or was, among those that wait.
    pub(crate) async fn waits_as(&self, name: &str) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM hikyaku_gateway_waiting WHERE name = $1";
        Ok(!self.ask(sql, [name.into()], |_| ()).await?.is_empty())
    }

    /// Sends what has waited long enough at this time, and tells when the next will have.
    pub(crate) async fn close_windows(&self, now: Time) -> Result<Option<Time>, Error> {
        let sql = "SELECT DISTINCT channel, target FROM hikyaku_gateway_waiting \
                   WHERE delivery IS NULL AND closes_at <= $1";
        let read = |row: &mut Row| Chat { channel: row.text(), target: row.text() };
        for chat in self.ask(sql, [now.as_millis().into()], read).await? {
            self.outbox.transact(Close(chat)).await?;
        }
        let sql = "SELECT min(closes_at) FROM hikyaku_gateway_waiting WHERE delivery IS NULL";
        let next = self.ask(sql, [], Row::number_if_any).await?.pop().flatten();
        Ok(next.map(Time::from_millis))
    }

    /// LINE has refused a push for one of its messages: each notification in it goes by itself. Once, however often it is called.
    /// What the push had cost, one of them costs: one that LINE has not refused, where there is such a one.
    pub(crate) async fn part(&self, refused: &Listed) -> Result<(), Error> {
        let why = refused.last_error.clone().unwrap_or_default();
        Ok(self.outbox.transact(Part { refused: refused.id, why }).await?)
    }
}

/// A notification whose delivery surely was not sent.
#[derive(Clone, Copy, Debug)]
struct NotSent {
    id: i64,
    delivery: DeliveryId,
    /// Whether the delivery carries no others.
    is_alone: bool,
}

struct JoinOthers {
    parcel: Parcel,
    charge: Option<Charge>,
    window: Duration,
    /// What had its name.
    not_sent: Option<NotSent>,
}

impl Work for JoinOthers {
    type Out = Join;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Join, StoreError> {
        let Self { parcel, charge, window, not_sent } = self;
        let (chat, request) = (Chat::of(parcel), parcel.request());
        chat.lock(tx).await?;
        if let Some(NotSent { id, delivery, .. }) = *not_sent {
            let sql =
                "UPDATE hikyaku_gateway_waiting SET name = NULL WHERE id = $1 AND delivery = $2";
            tx.query(sql, &[id.into(), delivery.get().into()]).await?;
        }
        if let Some(name) = &parcel.name {
            let sql = "SELECT id, delivery, request FROM hikyaku_gateway_waiting WHERE name = $1";
            let read = |row: &mut Row| (row.number(), row.number_if_any(), row.text());
            if let Some((id, delivery, known)) =
                rows(tx, sql, &[name.as_str().into()], read).await?.pop()
            {
                if known != request {
                    return Ok(Join::Conflict);
                }
                let delivery = delivery.map(DeliveryId::from);
                return Ok(Join::Joined(Joined { id, delivery, spent: None }));
            }
        }
        let mut account = match charge {
            Some(charge) => Some(Account::open(tx, charge).await?),
            None => None,
        };
        if let Some(account) = &account
            && !account.has_room()
        {
            return Ok(Join::UsedUp(account.spent));
        }
        let now = tx.now().await?;
        let mut others = chat.waiting(tx).await?;
        let mine = i64::try_from(parcel.messages.len()).unwrap_or(i64::MAX);
        let fits = |others: &[Waiting]| {
            let objects: i64 = others.iter().map(|it| it.objects).sum();
            let alike = others
                .iter()
                .all(|it| it.silent == parcel.silent && it.priority == parcel.priority);
            alike
                && MESSAGES
                    .allows(usize::try_from(objects.saturating_add(mine)).unwrap_or(usize::MAX))
                && others.first().is_none_or(|it| it.closes_at > now.as_millis())
        };
        if !fits(&others) {
            chat.send(tx, std::mem::take(&mut others)).await?;
        }
        let closes_at = others.first().map_or((now + *window).as_millis(), |it| it.closes_at);
        let sql = "INSERT INTO hikyaku_gateway_waiting (channel, target, token, name, request, objects, silent, priority, \
                   picture, closes_at, promised) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0) RETURNING id";
        let params: [Datum; 10] = [
            parcel.channel.as_str().into(),
            parcel.target.as_str().into(),
            parcel.token.into(),
            parcel.name.clone().into(),
            request.into(),
            mine.into(),
            i64::from(parcel.silent).into(),
            parcel.priority.name().into(),
            parcel.picture.clone().into(),
            closes_at.into(),
        ];
        let id = rows(tx, sql, &params, Row::number).await?.pop().unwrap_or_default();
        if let Some(account) = &mut account {
            account.spend(tx, charge_of(id)).await?;
        }
        let spent = account.map(|it| it.spent);
        let objects: i64 = others.iter().map(|it| it.objects).sum();
        let mut delivery = None;
        if usize::try_from(objects.saturating_add(mine)).is_ok_and(|all| all >= MESSAGES.max) {
            let all = chat.waiting(tx).await?;
            delivery = chat.send(tx, all).await?;
        }
        Ok(Join::Joined(Joined { id, delivery, spent }))
    }
}

/// What a notification that has no delivery yet is charged as.
pub(super) fn charge_of(waiting: i64) -> DeliveryId {
    DeliveryId::from(-waiting)
}

/// A chat of a channel, whose notifications may go together.
pub(super) struct Chat {
    pub(super) channel: String,
    pub(super) target: String,
}

/// A notification that waits.
pub(super) struct Waiting {
    pub(super) id: i64,
    token: i64,
    request: String,
    objects: i64,
    silent: bool,
    priority: Priority,
    picture: Option<String>,
    closes_at: i64,
    /// Whether somebody was told that it will be sent.
    promised: bool,
}

impl Waiting {
    pub(super) const COLUMNS: &str =
        "id, token, request, objects, silent, priority, picture, closes_at, promised";

    pub(super) fn read(row: &mut Row) -> Self {
        Self {
            id: row.number(),
            token: row.number(),
            request: row.text(),
            objects: row.number(),
            silent: row.flag(),
            priority: row.text().parse().unwrap_or_default(),
            picture: row.text_if_any(),
            closes_at: row.number(),
            promised: row.flag(),
        }
    }

    fn messages(&self) -> Vec<Message> {
        // What this program has written.
        serde_json::from_str(&self.request).unwrap_or_default()
    }
}

impl Chat {
    pub(super) fn new(channel: &str, target: &str) -> Self {
        Self { channel: channel.to_owned(), target: target.to_owned() }
    }

    pub(super) fn of(parcel: &Parcel) -> Self {
        Self::new(&parcel.channel, &parcel.target)
    }

    /// Lets no other transaction look at what waits until this one ends. It is the first lock that any of them takes, so that no
    /// two wait for each other.
    pub(super) async fn lock(&self, tx: &mut Transaction<'_>) -> Result<(), StoreError> {
        if tx.is_postgres() {
            // A statement that gives `void` has a row that is not read.
            let sql = "SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, 1212763995))) AS taken";
            let chat = format!("{}:{}", self.channel, self.target);
            tx.query(sql, &[chat.into()]).await?;
        }
        Ok(())
    }

    /// Those that wait, the oldest first.
    async fn waiting(&self, tx: &mut Transaction<'_>) -> Result<Vec<Waiting>, StoreError> {
        let sql = format!(
            "SELECT {} FROM hikyaku_gateway_waiting WHERE channel = $1 AND target = $2 AND delivery IS NULL ORDER BY id",
            Waiting::COLUMNS
        );
        let params = [self.channel.as_str().into(), self.target.as_str().into()];
        rows(tx, &sql, &params, Waiting::read).await
    }

    /// Sends all that wait, before something that is not to go with them.
    pub(super) async fn send_waiting(&self, tx: &mut Transaction<'_>) -> Result<(), StoreError> {
        let waiting = self.waiting(tx).await?;
        self.send(tx, waiting).await.map(drop)
    }

    /// Puts them into the outbox, as few pushes as can be, and gives the last one.
    async fn send(
        &self,
        tx: &mut Transaction<'_>,
        waiting: Vec<Waiting>,
    ) -> Result<Option<DeliveryId>, StoreError> {
        let mut last = None;
        let mut together: Vec<Waiting> = Vec::new();
        for it in waiting {
            let objects: i64 = together.iter().map(|it| it.objects).sum();
            let fits = usize::try_from(objects.saturating_add(it.objects))
                .is_ok_and(|all| MESSAGES.allows(all));
            let alike = together
                .first()
                .is_none_or(|first| first.silent == it.silent && first.priority == it.priority);
            if !(fits && alike) {
                last = self.send_together(tx, std::mem::take(&mut together), true).await?;
            }
            together.push(it);
        }
        Ok(self.send_together(tx, together, true).await?.or(last))
    }

    /// Puts these into the outbox, before others of their chat that wait there.
    pub(super) async fn send_out_of_turn(
        &self,
        tx: &mut Transaction<'_>,
        together: Vec<Waiting>,
    ) -> Result<(), StoreError> {
        self.send_together(tx, together, false).await.map(drop)
    }

    /// Puts these into the outbox as one push. The first that has a budget pays, and the others get back what they had paid.
    async fn send_together(
        &self,
        tx: &mut Transaction<'_>,
        together: Vec<Waiting>,
        in_order: bool,
    ) -> Result<Option<DeliveryId>, StoreError> {
        let Some(first) = together.first() else { return Ok(None) };
        let mut reference = json!({ "notify_token": first.token });
        if together.len() > 1 {
            reference["joined"] = together.len().into();
        }
        let parcel = Parcel {
            channel: self.channel.clone(),
            target: self.target.clone(),
            token: first.token,
            priority: first.priority,
            messages: together.iter().flat_map(Waiting::messages).collect(),
            silent: first.silent,
            name: None,
            takes_over: false,
            reference,
            picture: None,
            promised: together.iter().any(|it| it.promised),
            in_order,
        };
        let delivery = parcel.enqueue(tx).await?.id;
        let mut is_paid = false;
        for it in &together {
            let paid = charge_of(it.id);
            if is_paid {
                give_back(tx, paid).await?;
            } else {
                is_paid = move_charge(tx, paid, delivery).await?;
            }
            it.is_carried_by(tx, delivery).await?;
        }
        Ok(Some(delivery))
    }
}

impl Waiting {
    async fn is_carried_by(
        &self,
        tx: &mut Transaction<'_>,
        delivery: DeliveryId,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE hikyaku_gateway_waiting SET delivery = $1 WHERE id = $2";
        tx.query(sql, &[delivery.get().into(), self.id.into()]).await?;
        if let Some(picture) = &self.picture {
            picture_is_of(tx, picture, delivery).await?;
        }
        Ok(())
    }
}

struct Promise {
    chat: Chat,
    id: i64,
}

impl Work for Promise {
    type Out = bool;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<bool, StoreError> {
        // Whoever sends it has read whether it is promised under this lock.
        self.chat.lock(tx).await?;
        let sql = "UPDATE hikyaku_gateway_waiting SET promised = 1 WHERE id = $1 AND delivery IS NULL RETURNING id";
        Ok(!tx.query(sql, &[self.id.into()]).await?.is_empty())
    }
}

struct Close(Chat);

impl Work for Close {
    type Out = ();

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), StoreError> {
        self.0.lock(tx).await?;
        self.0.send_waiting(tx).await?;
        let sql =
            "DELETE FROM hikyaku_gateway_waiting WHERE delivery IS NOT NULL AND closes_at < $1";
        let before = tx.now().await? - KEPT;
        tx.query(sql, &[before.as_millis().into()]).await.map(drop)
    }
}

struct Part {
    refused: DeliveryId,
    /// LINE's words.
    why: String,
}

impl Part {
    /// Which of the notifications pays, by the numbers of their messages.
    fn payer(&self, together: &[(Waiting, Chat)]) -> usize {
        let mut first = 0;
        let is_good = |(it, _): &(Waiting, Chat)| {
            let own = first..first + it.objects;
            first = own.end;
            own.into_iter().all(|n| !self.why.contains(&format!("messages[{n}]")))
        };
        together.iter().position(is_good).unwrap_or_default()
    }
}

impl Work for Part {
    type Out = ();

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT {}, channel, target FROM hikyaku_gateway_waiting WHERE delivery = $1 ORDER BY id",
            Waiting::COLUMNS
        );
        let read = |row: &mut Row| {
            let waiting = Waiting::read(row);
            (waiting, Chat { channel: row.text(), target: row.text() })
        };
        let together = rows(tx, &sql, &[self.refused.get().into()], read).await?;
        if together.len() < 2 {
            return Ok(());
        }
        let payer = self.payer(&together);
        for (at, (it, chat)) in together.into_iter().enumerate() {
            let own = chat.send_together(tx, vec![it], true).await?;
            if let Some(own) = own.filter(|_| at == payer) {
                move_charge(tx, self.refused, own).await?;
            }
        }
        Ok(())
    }
}
