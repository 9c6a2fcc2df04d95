//! Whose message somebody quotes, on both stores.

use hikyaku_inbox::{InContext, QuotedAuthor, Settings};
use hikyaku_sender::{Filter, NewDelivery};
use hikyaku_sim::UserMessage;
use hikyaku_webhook::{BoxError, Context, Router};

use crate::{answer::Talk, bench::LONGEST, cluster::Cluster};

/// Tells whose message was quoted, and what it said.
fn router() -> Router<()> {
    Router::new(()).fallback(async |context: Context<()>| {
        let answer = match context.quoted().await? {
            None => "nothing quoted".to_owned(),
            Some(it) => {
                let whose = match &it.author {
                    QuotedAuthor::Bot => "mine".to_owned(),
                    QuotedAuthor::Person(user) => {
                        user.as_ref().map_or("?", |it| it.as_str()).to_owned()
                    }
                    other => format!("{other:?}"),
                };
                format!("{whose}: {}", it.text().unwrap_or("-"))
            }
        };
        context.answer(answer)?;
        Ok::<(), BoxError>(())
    })
}

async fn it_is_told(talk: Talk) {
    let hana = talk.sim.add_friend();
    let group = talk.sim.add_group(&[talk.user.clone(), hana.clone()]);
    let said = talk.sim.member_says(&group, &hana, "Tea or coffee?");
    // Each of the two gets it.
    let answer = talk.sim.within(LONGEST).wait_for(2).await.unwrap().remove(0);
    assert_eq!(answer.text(), Some("nothing quoted"));
    assert_eq!(talk.sends().await, [hikyaku_sender::State::Accepted]);
    let mine = talk.outbox.list(hikyaku_sender::Filter::default()).await.unwrap();
    let mine = mine[0].sent_messages[0].id.clone();
    let elsewhere = talk.sim.user_says(&hana, "a secret");
    talk.sim.within(LONGEST).wait_for(3).await.unwrap();
    let picture = UserMessage::image(&b"\x89PNG\r\n\x1a\n"[..]);
    let picture = talk.sim.member_sends(&group, &hana, picture).message_id;
    talk.sim.within(LONGEST).wait_for(5).await.unwrap();
    for (number, (quoted, told)) in [
        (said.message_id, format!("{hana}: Tea or coffee?")),
        (mine, "mine: nothing quoted".to_owned()),
        (picture, format!("{hana}: -")),
        // What was said in another chat is not told.
        (elsewhere.message_id, "Unknown: -".to_owned()),
    ]
    .into_iter()
    .enumerate()
    {
        let asks = UserMessage::text("what do you say?").quoting(quoted);
        talk.sim.member_sends(&group, &talk.user, asks);
        let answers = talk.sim.within(LONGEST).wait_for(7 + 2 * number as u64).await.unwrap();
        assert_eq!(answers.last().unwrap().text(), Some(&*told));
    }
}

/// More sends to the chat than are read at once come after the one that is quoted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_message_of_the_bot_is_found_behind_many_newer_ones() {
    let talk = Talk::with(Settings::default(), router()).await;
    let chat = talk.user.as_str();
    let send = |text: String| NewDelivery::push(chat, text).in_order(chat);
    talk.outbox.enqueue(send("the first".to_owned())).await.unwrap();
    talk.sends().await;
    let first = talk.outbox.list(Filter::default()).await.unwrap();
    let first = first[0].sent_messages[0].id.clone();
    let many = (0..450).map(|n| NewDelivery::push(chat, n.to_string()).in_order(chat));
    talk.outbox.enqueue_all(many.collect()).await.unwrap();
    talk.sim.within(LONGEST).wait_for(451).await.unwrap();
    let asks = UserMessage::text("what do you say?").quoting(first);
    talk.sim.user_sends(&talk.user, asks);
    let answers = talk.sim.within(LONGEST).wait_for(452).await.unwrap();
    assert_eq!(answers.last().unwrap().text(), Some("mine: the first"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_a_quoted_message_is_is_told_in_a_file() {
    it_is_told(Talk::with(Settings::default(), router()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_a_quoted_message_is_is_told_on_postgresql() {
    let Some(cluster) = Cluster::shared() else { return };
    it_is_told(Talk::at(cluster.database(), None, Settings::default(), router()).await).await;
}
