//! A slow chat agent: a model thinks for up to a minute and a half, and each question is answered once, in the order of its
//! chat, whatever is killed. `LINE_CHANNEL_SECRET` and `LINE_CHANNEL_ACCESS_TOKEN` are the bot's; the model is any server with
//! `OpenAI`'s chat API (`MODEL_URL=http://127.0.0.1:11434/v1/chat/completions MODEL=llama3.2` is Ollama's).
use std::{env, sync::Arc};

use axum::Router as Server;
use bytes::Bytes;
use futures_core::future::BoxFuture;
use hikyaku::Client;
use hikyaku_inbox::{Answer, InContext, Inbox, Settings};
use hikyaku_model::{ChannelSecret, event::ContentType};
use hikyaku_sender::Outbox;
use hikyaku_webhook::{BoxError, Context, Receiver, Router, Verifier};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{client::legacy::Client as Http, rt::TokioExecutor};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A question to its answer, in Markdown.
pub(crate) type Model =
    Arc<dyn Fn(String) -> BoxFuture<'static, Result<String, BoxError>> + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Agent {
    pub(crate) line: Client,
    pub(crate) model: Model,
}

/// Answers a question. What fails is tried again later, and a dead letter at last: `hikyaku inbox list --state dead`.
async fn answer(context: Context<Agent>) -> Result<(), BoxError> {
    let Some(question) = context.event.without_my_mentions().filter(|it| !it.is_empty()) else {
        return Ok(());
    };
    let Some(chat) = context.event.chat_id() else { return Ok(()) };
    let _busy = context.state.line.keep_loading(&chat);
    let text = (context.state.model)(question).await?;
    // A reply while its token lives, a push afterwards; the rest of a long one in order.
    context.answer(Answer::markdown(text).quoting())?;
    Ok(())
}

/// The agent's server, and its work behind the answers to LINE.
pub(crate) async fn serve(
    agent: Agent,
    outbox: &Outbox,
    receiver: Receiver,
    settings: Settings,
) -> Result<(Server, impl Future<Output = ()> + use<>), BoxError> {
    let router = Router::new(agent).only_when_mentioned().on_message(ContentType::Text, answer);
    let inbox = Inbox::open(outbox).await?.settings(settings);
    let (route, work) = inbox.callback(receiver, router);
    Ok((Server::new().route("/callback", route), work))
}

/// A model behind `OpenAI`'s chat API, on this machine.
pub(crate) fn model(url: String, name: String) -> Model {
    let http = Http::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    Arc::new(move |question| {
        let (http, url, name) = (http.clone(), url.clone(), name.clone());
        Box::pin(async move {
            let body = json!({ "model": name, "messages": [
                { "role": "system", "content": "You answer in a chat: briefly, and in the language of the question." },
                { "role": "user", "content": question },
            ] });
            let request = http::Request::post(url).header("content-type", "application/json");
            let answer = http.request(request.body(Full::from(body.to_string()))?).await?;
            let status = answer.status();
            let body = answer.into_body().collect().await?.to_bytes();
            let body: Value = serde_json::from_slice(&body)?;
            let text = body.pointer("/choices/0/message/content").and_then(Value::as_str);
            Ok(text.ok_or_else(|| format!("the model answered {status}: {body}"))?.to_owned())
        })
    })
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let secret: ChannelSecret = env::var("LINE_CHANNEL_SECRET")?.parse()?;
    let outbox = Outbox::open("sqlite:agent.db").await?;
    let agent = Agent {
        line: Client::from_env()?,
        model: model(env::var("MODEL_URL")?, env::var("MODEL").unwrap_or_default()),
    };
    let worker = outbox.worker().channel("default", agent.line.clone());
    let receiver = Receiver::new(Verifier::new(&secret));
    let (server, work) = serve(agent, &outbox, receiver, Settings::default()).await?;
    tokio::spawn(work);
    tokio::spawn(worker.run(std::future::pending()));
    Ok(axum::serve(TcpListener::bind("127.0.0.1:8000").await?, server).await?)
}
