//! The helpers that a bot's author writes first, and what they are called with.

use std::{borrow::Cow, time::SystemTime};

use hikyaku::{
    Accepted, Client, Error, ErrorKind, IntoMessages, Messages, RetryKey, To, message::SentBy,
};
use hikyaku_model::{
    ChatId, Message, PreparedMessages, UserId,
    event::{Event, EventKind, ReplyToken},
    message::{StickerMessage, TextMessage},
};
use hikyaku_sim::{Delivery, Sim};

struct Bot {
    line: Client,
    owner: UserId,
}

async fn say<'a>(
    bot: &Bot,
    token: &str,
    messages: impl Into<Messages<'a>>,
) -> Result<Accepted, Error> {
    bot.line.reply(token, messages).await
}

async fn say_or_push<'a>(
    bot: &Bot,
    token: Option<&str>,
    to: impl Into<To<'a>>,
    messages: impl Into<Messages<'a>>,
) -> Result<SentBy, Error> {
    bot.line.reply(token, messages).or_push(to).await
}

async fn tell<'a>(
    bot: &Bot,
    to: impl Into<To<'a>>,
    messages: impl Into<Messages<'a>>,
) -> Result<Accepted, Error> {
    bot.line.push(to, messages).retry_key(RetryKey::new()).await
}

async fn tell_owner<'a>(bot: &Bot, messages: impl IntoMessages<'a>) -> Result<Accepted, Error> {
    bot.line.push(&bot.owner, messages).await
}

async fn tell_these<'a>(
    bot: &Bot,
    users: &[impl AsRef<str>],
    messages: impl Into<Messages<'a>>,
) -> Result<Accepted, Error> {
    bot.line.multicast(users, messages).await
}

async fn tell_many<'a>(
    bot: &Bot,
    users: &[impl AsRef<str>],
    messages: impl Into<Messages<'a>>,
) -> Result<usize, Error> {
    let chunks = bot.line.multicast_in_chunks(users, messages).await?;
    Ok(chunks.iter().filter(|chunk| chunk.is_accepted()).count())
}

async fn tell_all<'a>(bot: &Bot, messages: impl Into<Messages<'a>>) -> Result<Accepted, Error> {
    bot.line.broadcast(messages).await
}

async fn tell_some<'a>(bot: &Bot, messages: impl Into<Messages<'a>>) -> Result<Accepted, Error> {
    bot.line.narrowcast(messages).await
}

#[expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]
async fn start() -> (Sim, Bot) {
    let sim = Sim::start().await.unwrap();
    let line = Client::builder(sim.channel_token().expose())
        .api_base_url(sim.api_url())
        .data_base_url(sim.data_url())
        .manager_base_url(sim.api_url())
        .build()
        .unwrap();
    let owner = sim.add_friend();
    (sim, Bot { line, owner })
}

fn texts(delivery: &Delivery) -> Vec<&str> {
    delivery.messages.iter().map(|message| message["text"].as_str().unwrap_or("no text")).collect()
}

#[tokio::test]
async fn a_helper_hands_on_whatever_messages_it_is_given() {
    let (sim, bot) = start().await;
    let (owned, list) = ("c".to_owned(), vec!["d".to_owned(), "e".to_owned()]);
    let message = Message::text("f");
    let prepared = PreparedMessages::new(&[Message::text("g"), Message::text("h")]).unwrap();
    let to = &bot.owner;

    tell(&bot, to, "a").await.unwrap();
    tell(&bot, to, &owned).await.unwrap();
    tell(&bot, to, owned.clone()).await.unwrap();
    tell(&bot, to, ["a", "b"]).await.unwrap();
    tell(&bot, to, &["a", "b"]).await.unwrap();
    tell(&bot, to, [owned.clone(), owned.clone()]).await.unwrap();
    tell(&bot, to, &list).await.unwrap();
    tell(&bot, to, &list[1..]).await.unwrap();
    tell(&bot, to, list).await.unwrap();
    tell(&bot, to, &message).await.unwrap();
    tell(&bot, to, std::slice::from_ref(&message)).await.unwrap();
    tell(&bot, to, [message.clone(), "i".into()]).await.unwrap();
    tell(&bot, to, message).await.unwrap();
    tell(&bot, to, TextMessage::new("j")).await.unwrap();
    tell(&bot, to, [TextMessage::new("j"), TextMessage::new("k")]).await.unwrap();
    tell(&bot, to, [Cow::from("l")]).await.unwrap();
    tell(&bot, to, StickerMessage::new("446", "1988")).await.unwrap();
    tell(&bot, to, &prepared).await.unwrap();
    tell_owner(&bot, (1..=2).map(|n| format!("order {n}")).collect::<Vec<_>>()).await.unwrap();

    let expected: [&[&str]; 19] = [
        &["a"],
        &["c"],
        &["c"],
        &["a", "b"],
        &["a", "b"],
        &["c", "c"],
        &["d", "e"],
        &["e"],
        &["d", "e"],
        &["f"],
        &["f"],
        &["f", "i"],
        &["f"],
        &["j"],
        &["j", "k"],
        &["l"],
        &["no text"],
        &["g", "h"],
        &["order 1", "order 2"],
    ];
    assert_eq!(sim.outbox().iter().map(texts).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_push_goes_to_whatever_id_is_in_hand() {
    let (sim, bot) = start().await;
    let group = sim.add_group(std::slice::from_ref(&bot.owner));
    let room = sim.add_room(std::slice::from_ref(&bot.owner));
    let (user, chat) = (bot.owner.clone(), ChatId::from(&group));

    tell(&bot, &group, "1").await.unwrap();
    tell(&bot, group.clone(), "2").await.unwrap();
    tell(&bot, &room, "3").await.unwrap();
    tell(&bot, room.clone(), "4").await.unwrap();
    tell(&bot, &chat, "5").await.unwrap();
    tell(&bot, chat.clone(), "6").await.unwrap();
    tell(&bot, user.as_str(), "7").await.unwrap();
    tell(&bot, user.to_string(), "8").await.unwrap();
    tell(&bot, &user.to_string(), "9").await.unwrap();
    tell(&bot, user.clone(), "10").await.unwrap();

    let to: Vec<String> =
        sim.outbox().into_iter().map(|delivery| delivery.chat.to_string()).collect();
    let (group, room, user) = (group.as_str(), room.as_str(), user.as_str());
    assert_eq!(to, [group, group, room, room, group, group, user, user, user, user]);
}

#[tokio::test]
async fn a_helper_answers_an_event_by_its_token() {
    let (sim, bot) = start().await;
    let said = [(); 3].map(|()| sim.user_says(&bot.owner, "hi"));
    let tokens = said.each_ref().map(|said| said.reply_token.clone());

    say(&bot, &tokens[0], "one").await.unwrap();
    bot.line.reply(tokens[1].clone(), ["two".to_owned()]).await.unwrap();
    bot.line.reply(Some(tokens[2].clone()), Message::text("three")).await.unwrap();
    let used = Some(tokens[2].as_str());
    let pushed = say_or_push(&bot, used, &bot.owner, &["four"]).await.unwrap();
    assert!(matches!(pushed, SentBy::Push(_)), "{pushed:?}");

    let event = |token: Option<&str>| {
        let mut event: Event = Event::new(EventKind::Join);
        event.reply_token = token.map(Into::into);
        event
    };
    let fresh = sim.user_says(&bot.owner, "hi").reply_token;
    let token = ReplyToken::of(&event(Some(&fresh)), SystemTime::now()).unwrap();
    bot.line.reply(&token, "five").await.unwrap();
    let none = ReplyToken::of(&event(None), SystemTime::now());
    let nothing = bot.line.reply(none.clone(), "nothing").await.unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::Invalid);
    let pushed = bot.line.reply(none, "six").or_push(&bot.owner).await.unwrap();
    assert!(matches!(pushed, SentBy::Push(_)), "{pushed:?}");

    let outbox = sim.outbox();
    let said = ["one", "two", "three", "four", "five", "six"];
    assert_eq!(outbox.iter().flat_map(texts).collect::<Vec<_>>(), said);
}

#[tokio::test]
async fn helpers_for_many_hand_on_what_they_are_given() {
    let (sim, bot) = start().await;
    let users = sim.add_friends(2);
    let names: Vec<String> = users.iter().map(ToString::to_string).collect();

    tell_these(&bot, &users, "1").await.unwrap();
    tell_these(&bot, &names, "2").await.unwrap();
    tell_these(&bot, &[users[0].as_str()], "3").await.unwrap();
    assert_eq!(tell_many(&bot, &names, ["4", "5"]).await.unwrap(), 1);
    tell_all(&bot, ["6".to_owned()]).await.unwrap();
    tell_some(&bot, &"7".to_owned()).await.unwrap();

    for (user, least) in [(&users[0], 5), (&users[1], 4), (&bot.owner, 1)] {
        assert!(sim.delivery_count(user) >= least, "{user}");
    }
}
