//! What LINE tells the gateway.

use std::net::SocketAddr;

use hikyaku_gateway::AccessToken;
use hikyaku_page::Lang;
use hikyaku_webhook::sign;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
};

use crate::{
    cluster::Cluster,
    home::{Answer, Home, OK, Settings},
    nodes::Held,
    oauth::{a_token, service},
};

const NOT_IN_GROUP: &str =
    r#"{"status":400,"message":"LINE Notify account doesn't join group which you want to send."}"#;

impl Home {
    async fn hook(&self, header: &str, body: &str) -> Answer {
        self.request("POST /webhook", header, body).await
    }

    async fn told(&self) {
        self.sim.webhooks().wait_until_idle().await.unwrap();
    }

    async fn known(&self) -> Vec<String> {
        self.state.chats().await.unwrap().into_iter().map(|it| it.id).collect()
    }
}

const GROUP: &str = "C0000000000000000000000000000000a";

/// What another webhook writes, which tells that the group has put the account out.
const ANOTHER_WEBHOOK: &str = "INSERT INTO hikyaku_gateway_chat (channel, id, gone, at) \
    VALUES ('default', 'C0000000000000000000000000000000a', 1, 5)";

fn event(kind: &str, id: &str, at: i64) -> String {
    format!(
        r#"{{"destination":"U0","events":[{{"type":"{kind}","mode":"active","timestamp":{at},"webhookEventId":"{id}","source":{{"type":"group","groupId":"{GROUP}"}}}}]}}"#
    )
}

#[tokio::test]
async fn only_lines_signature_is_believed() {
    let home = Home::new().await;
    let body = event("join", "01", 1);
    let signature = sign(&home.sim.channel_secret(), body.as_bytes());
    let changed = event("join", "02", 1);
    for (header, body) in [
        (String::new(), &body),
        ("x-line-signature: AAAA\r\n".to_owned(), &body),
        (format!("x-line-signature: {}\r\n", signature.to_lowercase()), &body),
        (format!("x-line-signature: {signature}\r\n"), &changed),
        (format!("x-line-signature: {signature}\r\n"), &String::new()),
    ] {
        assert_eq!(home.hook(&header, body).await.status, 401, "{header}");
    }
    assert!(home.known().await.is_empty());
    let answer = home.hook(&format!("X-Line-Signature: {signature}\r\n"), &body).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, OK));
    assert_eq!(home.known().await, [GROUP]);
    assert_eq!(home.request("GET /webhook", "", "").await.status, 405);
    home.stop().await;
}

#[tokio::test]
async fn events_count_once_and_in_the_order_of_their_times() {
    let home = Home::new().await;
    let tell = async |kind: &str, id: &str, at: i64| {
        let body = event(kind, id, at);
        let signature = sign(&home.sim.channel_secret(), body.as_bytes());
        let answer = home.hook(&format!("x-line-signature: {signature}\r\n"), &body).await;
        assert_eq!(answer.status, 200);
        home.state.chats().await.unwrap().pop().unwrap().gone
    };
    assert!(!tell("join", "01", 10).await);
    assert!(tell("leave", "02", 20).await);
    assert!(tell("join", "01", 10).await, "sent again");
    assert!(tell("join", "03", 15).await, "too late");
    assert!(!tell("join", "04", 30).await);
    assert!(!tell("leave", "02", 20).await, "sent again");
    home.stop().await;
}

/// A bot that answers each request with the next of these statuses; nothing where it never answers.
struct Bot {
    address: SocketAddr,
    heard: mpsc::UnboundedReceiver<String>,
    /// Those that it left without an answer.
    serving: JoinHandle<Vec<TcpStream>>,
}

fn is_whole(request: &str) -> bool {
    request.split_once("\r\n\r\n").is_some_and(|(head, body)| {
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        length.unwrap().parse::<usize>().unwrap() == body.len()
    })
}

impl Bot {
    async fn serve(statuses: &'static [Option<u16>]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, heard) = mpsc::unbounded_channel();
        let serving = tokio::spawn(async move {
            let mut silent = Vec::new();
            for status in statuses {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
                let request = loop {
                    let read = stream.read(&mut piece).await.unwrap();
                    bytes.extend_from_slice(&piece[..read]);
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    if is_whole(&text) {
                        break text;
                    }
                };
                tell.send(request).unwrap();
                let Some(status) = status else {
                    silent.push(stream);
                    continue;
                };
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
            silent
        });
        Self { address, heard, serving }
    }
}

#[tokio::test]
async fn a_bot_gets_webhooks_as_line_signed_them_and_line_hears_what_it_says() {
    let mut bot = Bot::serve(&[Some(200), Some(204), Some(500), None]).await;
    let url = format!("http://{}/callback?x=1", bot.address);
    let home = Home::configured(|config| {
        config.channel.get_mut("default").unwrap().forward_webhook = Some(url);
    })
    .await;
    let tell = async |id: &str| {
        let body = event("join", id, 10);
        let signature = sign(&home.sim.channel_secret(), body.as_bytes());
        let headers = format!(
            "x-line-signature: {signature}\r\nContent-Type: application/json\r\nX-Other: 1\r\nUser-Agent: LineBotWebhook/2.0\r\n"
        );
        (home.hook(&headers, &body).await.status, signature, body)
    };
    // One that comes again goes on again: the bot may have missed it.
    for (id, status) in [("01", 200), ("01", 204), ("02", 500), ("03", 504)] {
        let (told, signature, body) = tell(id).await;
        assert_eq!(told, status, "{id}");
        let heard = bot.heard.recv().await.unwrap();
        assert!(heard.starts_with("POST /callback?x=1 HTTP/1.1\r\n"), "{heard}");
        assert!(heard.contains(&format!("x-line-signature: {signature}\r\n")), "{heard}");
        assert!(heard.contains("user-agent: LineBotWebhook/2.0") && !heard.contains("x-other"));
        assert!(heard.ends_with(&format!("\r\n\r\n{body}")), "{heard}");
    }
    assert_eq!(home.known().await, [GROUP]);
    // What LINE did not sign goes nowhere, and one that is not there is no success.
    assert_eq!(home.hook("x-line-signature: AAAA\r\n", &event("join", "04", 10)).await.status, 401);
    bot.serving.await.unwrap();
    assert!(bot.heard.recv().await.is_none());
    assert_eq!(tell("05").await.0, 502);
    home.stop().await;
}

/// A bot answers by the reply tokens that it gets, so notifications do not use them up.
#[tokio::test]
async fn reply_tokens_are_the_bots() {
    let bot = Bot::serve(&[Some(200)]).await;
    let url = format!("http://{}/", bot.address);
    let home = Home::configured(|config| {
        config.channel.get_mut("default").unwrap().forward_webhook = Some(url);
    })
    .await;
    let said = home.sim.user_says(&home.alice, "hi");
    home.told().await;
    assert_eq!(home.notify(&home.t1, "message=a").await.body, OK);
    assert_eq!(home.pushes(), 1);
    let client = hikyaku::Client::builder(home.sim.channel_token().expose());
    let client = client.api_base_url(home.sim.api_url()).build().unwrap();
    client.reply(said.reply_token.as_str(), "hello").await.unwrap();
    home.stop().await;
}

/// The account has no reply token then, and says what it has to say all the same.
#[tokio::test]
async fn codes_and_the_command_are_answered_beside_a_bot() {
    let bot = Bot::serve(&[Some(200); 20]).await;
    let url = format!("http://{}/", bot.address);
    let home = Home::configured(|config| {
        config.public_url = Some("http://gateway".to_owned());
        config.channel.get_mut("default").unwrap().forward_webhook = Some(url);
    })
    .await;
    let service = service(&home, "Clinic").await;
    let (_, token) = a_token(&home, &service).await;
    assert_eq!(home.notify(&token, "message=a").await.body, OK);
    let before = home.sim.delivered();
    home.sim.user_says(&home.alice, "/my");
    let said = home.said(before).await;
    let link = said.split_once("http://gateway/my/enter?link=").unwrap().1;
    assert_eq!(home.enter("/my", link).await.status, 303);
    let new = home.state.issue_unlinked("door".to_owned(), Lang::English).await.unwrap();
    let before = home.sim.delivered();
    home.sim.member_says(&home.group, &home.alice, &new.code);
    assert!(home.said(before).await.contains("Notifications of \"door\" come here"));
    assert_eq!(home.texts_at("/v2/bot/message/reply"), Vec::<Vec<String>>::new());
    home.stop().await;
}

/// A person adds the account and writes at once: two webhooks of a new chat at the same moment. LINE need not send one again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_that_two_webhooks_bring_at_the_same_moment_is_kept() {
    let Some(cluster) = Cluster::shared() else { return };
    let store = cluster.database();
    let home = Home::start(Settings { store: Some(store.clone()), ..Settings::default() }).await;
    let held = Held::hold(&store, &[ANOTHER_WEBHOOK]).await;
    let body = event("join", "01", 10);
    let signature = sign(&home.sim.channel_secret(), body.as_bytes());
    let header = format!("x-line-signature: {signature}\r\n");
    let (answer, ()) = tokio::join!(home.hook(&header, &body), held.let_go_before(cluster, 1));
    assert_eq!((answer.status, answer.body.as_str()), (200, OK));
    let chats = home.state.chats().await.unwrap();
    assert_eq!((chats.len(), chats[0].gone), (1, false), "the later event counts");
    home.stop().await;
}

#[tokio::test]
async fn a_target_that_says_goodbye_gets_nothing() {
    let home = Home::new().await;
    assert_eq!(home.notify(&home.t2, "message=x").await.body, OK);
    let pushes = home.pushes();
    home.sim.remove_from(&home.group);
    home.told().await;
    let answer = home.notify(&home.t2, "message=x").await;
    assert_eq!((answer.status, answer.body.as_str()), (400, NOT_IN_GROUP));
    let status = home.call("GET /api/status", &home.t2, "", "").await;
    assert_eq!(status.body, r#"{"status":200,"message":"ok","targetType":"GROUP","target":null}"#);
    home.sim.block(&home.alice);
    home.told().await;
    let answer = home.notify(&home.t1, "message=x").await;
    let blocked = r#"{"status":400,"message":"the user has blocked the LINE account"}"#;
    assert_eq!((answer.status, answer.body.as_str()), (400, blocked));
    assert_eq!(home.pushes(), pushes, "LINE was asked");
    home.sim.follow(&home.alice);
    home.told().await;
    assert_eq!(home.notify(&home.t1, "message=x").await.body, OK);
    home.stop().await;
}

#[tokio::test]
async fn a_token_is_linked_by_a_code_in_its_group() {
    let home = Home::with("free_replies = false", None).await;
    let new = home.state.issue_unlinked("door".to_owned(), Lang::English).await.unwrap();
    assert_eq!(home.notify(&new.token, "message=x").await.status, 401);
    let group = home.sim.invite(&[home.alice.clone(), home.sim.add_friend()]);
    let before = home.sim.delivered();
    home.sim.member_says(&group, &home.alice, "AAAA-AAAA");
    home.sim.member_says(&group, &home.alice, &new.code);
    let told = home.sim.wait_for(before + 1).await.unwrap();
    let told = serde_json::to_string(&told).unwrap();
    assert!(told.contains("Notifications of \\\"door\\\" come here from now on."), "{told}");
    assert!(!told.contains(new.token.expose()));
    assert_eq!(home.notify(&new.token, "message=x").await.body, OK);
    assert_eq!(home.pushed()["to"], group.as_str());
    // The code was for one chat.
    home.sim.user_says(&home.alice, &new.code);
    home.told().await;
    let count = home.state.tokens().await.unwrap().len();
    assert_eq!(count, 3);
    let chats = home.state.chats().await.unwrap();
    assert!(chats.iter().all(|it| !it.gone), "{chats:?}");
    assert!(
        chats.iter().any(|it| it.id == group.as_str())
            && chats.iter().any(|it| it.id == home.alice.as_str())
    );
    assert!(AccessToken::import(new.token.expose()).is_ok());
    home.stop().await;
}

#[tokio::test]
async fn a_code_for_a_token_is_over_after_a_while() {
    let home = Home::new().await;
    let new = home.state.issue_unlinked("door".to_owned(), Lang::English).await.unwrap();
    home.sim.advance(std::time::Duration::from_secs(15 * 60 + 1));
    home.sim.user_says(&home.alice, &new.code);
    home.told().await;
    assert_eq!(home.notify(&new.token, "message=x").await.status, 401);
    assert_eq!(home.sim.delivered(), 0);
    home.stop().await;
}
