use std::time::Duration;

use anyhow::{Context, ensure};
use hikyaku::{
    Accepted, ErrorKind, RetryKey,
    model::{
        Message, PreparedMessages, SendKind, limits::MULTICAST_USERS, message::QuickReplyItem,
    },
};
use hikyaku_sim::{Delivery, DeliveryFilter, FaultRule};

use super::Stage;
use crate::progress;

const PUSH: (&str, &str) = ("POST", "/v2/bot/message/push");

pub(super) async fn push(stage: &Stage) -> anyhow::Result<String> {
    let text = "Your parcel has left Kyoto";
    let accepted = stage.client.push(&stage.mei, text).await?;
    let received = stage.last_of_mei()?;
    ensure!(received.text() == Some(text), "Mei received {received:?}");
    let id = &accepted.sent_messages.first().context("the answer names no message")?.id;
    ensure!(received.message_ids == [id.as_str()], "Mei received another message than {id}");
    Ok(format!("“{text}” reached Mei; message {id}, request {}", short_id(&accepted)))
}

pub(super) async fn reply(stage: &Stage) -> anyhow::Result<String> {
    let question = "When will it be here?";
    let said = stage.sim.user_says(&stage.mei, question);
    let choices = ["Fine", "Later, please"].map(|text| QuickReplyItem::message(text, text));
    let answer = Message::text("Tomorrow at ten").quick_reply(choices);
    stage.client.reply(&said.reply_token, &answer).await?;
    let received = stage.last_of_mei()?;
    ensure!(received.kind == SendKind::Reply, "Mei received {received:?}");
    ensure!(received.text() == Some("Tomorrow at ten"), "Mei received {received:?}");
    let again = stage.client.reply(&said.reply_token, "Twice").await;
    let refused = again.err().context("the reply token worked twice")?;
    Ok(format!("“{question}” is answered; using the reply token again: {}", refused.message()))
}

pub(super) async fn multicast(stage: &Stage) -> anyhow::Result<String> {
    let people = stage.sim.add_friends(1200);
    let news = PreparedMessages::new(&[Message::text("We deliver on Sunday, too")])?;
    let mut sizes = Vec::new();
    for part in people.chunks(MULTICAST_USERS.max) {
        stage.client.multicast(part, &news).await?;
        sizes.push(part.len().to_string());
    }
    let once = people.iter().filter(|user| stage.sim.delivery_count(user) == 1).count();
    ensure!(once == people.len(), "{once} of {} people have it once", people.len());
    Ok(format!("{once} people in {} calls ({}), each has it once", sizes.len(), sizes.join(" + ")))
}

pub(super) async fn narrowcast(stage: &Stage) -> anyhow::Result<String> {
    let accepted = stage.client.narrowcast("Your opinion, please").await?;
    let request_id = accepted.request_id.context("the answer has no request id")?;
    let bar = progress::Bar::new();
    let end = stage
        .client
        .wait_for_narrowcast(&request_id)
        .poll(Duration::from_millis(100))
        .on_progress(|progress| bar.show(progress))
        .await?;
    drop(bar);
    let reached = stage.sim.outbox_of(&DeliveryFilter {
        kind: Some(SendKind::Narrowcast),
        ..DeliveryFilter::default()
    });
    let told = end.success_count.unwrap_or(0);
    ensure!(
        told > 0 && usize::try_from(told) == Ok(reached.len()),
        "LINE says {told}, {} people have it",
        reached.len()
    );
    Ok(format!("accepted at once, done later: followed to the end, {told} people have it"))
}

pub(super) async fn retry_key(stage: &Stage) -> anyhow::Result<String> {
    let (key, text) = (RetryKey::new(), "Signed for by your neighbour");
    let before = stage.sim.delivered();
    let first = stage.client.push(&stage.mei, text).retry_key(key).await?;
    let second = stage.client.push(&stage.mei, text).retry_key(key).await?;
    ensure!(second.deduplicated, "LINE took the repeat for a new request");
    ensure!(first.request_id == second.request_id, "the repeat has another request id");
    let delivered = stage.sim.delivered() - before;
    ensure!(delivered == 1, "Mei has it {delivered} times");
    Ok(format!("sent twice under one key, delivered once: both are request {}", short_id(&second)))
}

pub(super) async fn lost_answer(stage: &Stage) -> anyhow::Result<String> {
    let before = stage.sim.delivered();
    let rule = FaultRule::drop_after_accept().on(PUSH.0, PUSH.1).times(1);
    let fault = stage.sim.fault(rule)?;
    let accepted = stage.client.push(&stage.mei, "It is at your door").await?;
    ensure!(stage.sim.fault_hits(&fault) == 1, "no answer was lost");
    ensure!(accepted.deduplicated, "the repeat was taken for a new request");
    let delivered = stage.sim.delivered() - before;
    ensure!(delivered == 1, "Mei has it {delivered} times");
    stage.sim.clear_faults();
    Ok("LINE acted, its answer got lost; the client repeated under its key, delivered once"
        .to_owned())
}

pub(super) async fn server_error(stage: &Stage) -> anyhow::Result<String> {
    let (delivered, asked) = (stage.sim.delivered(), stage.sim.requests().len());
    stage.sim.fault(FaultRule::answer(500).on(PUSH.0, PUSH.1).times(1))?;
    stage.client.push(&stage.mei, "We missed you").await?;
    let (delivered, asked) =
        (stage.sim.delivered() - delivered, stage.sim.requests().len() - asked);
    ensure!(asked == 2, "{asked} requests for one failure");
    ensure!(delivered == 1, "Mei has it {delivered} times");
    stage.sim.clear_faults();
    Ok("LINE answered 500; the client waited and tried again: 2 requests, 1 delivery".to_owned())
}

pub(super) async fn quota(stage: &Stage) -> anyhow::Result<String> {
    let used = stage.sim.quota_used();
    stage.sim.set_quota(used + 1, used);
    let before = stage.sim.delivered();
    stage.client.push(&stage.mei, "The last one of the month").await?;
    let refused = stage.client.push(&stage.mei, "One too many").await;
    let refused = refused.err().context("a push went beyond the quota")?;
    ensure!(refused.kind() == ErrorKind::QuotaExceeded, "{refused}");
    let delivered = stage.sim.delivered() - before;
    ensure!(delivered == 1, "{delivered} of two messages arrived");
    stage.sim.set_quota(None, used + 1);
    Ok(format!("one message was left; the next is refused: {}", refused.message()))
}

impl Stage {
    fn last_of_mei(&self) -> anyhow::Result<Delivery> {
        let to = DeliveryFilter { to: Some(self.mei.clone().into()), ..DeliveryFilter::default() };
        self.sim.outbox_of(&to).pop().context("Mei received nothing")
    }
}

/// Returns the first digits of a request id, which suffice here.
fn short_id(accepted: &Accepted) -> &str {
    let id = accepted.request_id.as_deref().unwrap_or("without an id");
    id.split('-').next().unwrap_or(id)
}
