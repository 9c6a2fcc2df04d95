//! Pictures, recordings and files that people send, with handlers that are tried again.

use std::{path::PathBuf, sync::Arc, time::Duration};

use hikyaku::{Client, RetryPolicy};
use hikyaku_inbox::{InContext, Settings};
use hikyaku_model::SendKind;
use hikyaku_sim::{FaultRule, UserMessage};
use hikyaku_webhook::{BoxError, Context, Router};
use tokio::sync::OnceCell;

use crate::{answer::Talk, bench::LONGEST};

#[derive(Clone)]
struct Bot {
    line: Arc<OnceCell<Client>>,
    folder: PathBuf,
}

async fn keep(context: Context<Bot>) -> Result<(), BoxError> {
    let Some(message) = context.event.message() else { return Ok(()) };
    let line = context.state.line.get().ok_or("the test begins too early")?;
    let path = context.state.folder.join(message.id.as_str());
    let wait = line.wait_for_message_content(&message.id).poll(Duration::from_millis(5));
    let saved = wait.save(path, 1000).await?;
    let attempt = context.transaction()?.attempt();
    context.answer(format!("{} bytes, attempt {attempt}", saved.bytes))?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recording_is_waited_for_and_fetched_again_by_the_next_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let line = Arc::new(OnceCell::new());
    let bot = Bot { line: line.clone(), folder: folder.path().to_owned() };
    let talk = Talk::with(Settings::default(), Router::new(bot).fallback(keep)).await;
    let client = Client::builder(talk.sim.channel_token().expose()).retry(RetryPolicy::none());
    let client = client.api_base_url(talk.sim.api_url()).data_base_url(talk.sim.data_url());
    line.set(client.build().unwrap()).unwrap();
    let voice = UserMessage::audio(vec![7; 900], 5000).prepared_in(Duration::from_secs(20));
    let said = talk.sim.user_sends(&talk.user, voice);
    talk.until(hikyaku_inbox::KeptState::Handling, 1).await;
    talk.sim.advance(Duration::from_secs(21));
    let answer = talk.sim.within(LONGEST).wait_for(1).await.unwrap().remove(0);
    assert_eq!((answer.kind, answer.text()), (SendKind::Reply, Some("900 bytes, attempt 1")));
    assert_eq!(std::fs::read(folder.path().join(&said.message_id)).unwrap(), vec![7; 900]);

    // A download that breaks off is begun again by the next attempt.
    let cut = FaultRule::truncate().on("GET", "/v2/bot/message/*");
    talk.sim.fault(cut.times(1)).unwrap();
    talk.sim.user_sends(&talk.user, UserMessage::image(vec![8; 800]));
    let answers = talk.sim.within(LONGEST).wait_for(2).await.unwrap();
    assert_eq!(answers[1].text(), Some("800 bytes, attempt 2"));

    // What is too large is a dead letter that says so.
    let large = UserMessage::file("large.bin", vec![7; 1001]);
    talk.sim.user_sends(&talk.user, large);
    talk.until(hikyaku_inbox::KeptState::Dead, 1).await;
    let dead = hikyaku_inbox::EventFilter::default().state(hikyaku_inbox::KeptState::Dead);
    let why = talk.inbox.list(dead).await.unwrap().remove(0).error.unwrap();
    assert!(why.contains("is larger than 1000 bytes"), "{why}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}
