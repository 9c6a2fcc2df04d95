//! Bodies that a call writes from its arguments: an instance gives the arguments, a recording transport the body.

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use hikyaku::{
    Client, Error, RetryPolicy,
    message::ValidateKind,
    model::{
        ChannelSecret, Message, UserId,
        audience::{DemographicFilter, Gender, Limit, Recipient},
    },
    token::AssertionKey,
    transport::{RequestBody, ResponseBody, Transport, TransportError},
};
use serde_json::{Value, json};

use crate::way::Back;

/// Keeps the body of the request and answers with this one.
#[derive(Clone)]
struct Recorder {
    recorded: Arc<Mutex<Option<Value>>>,
    status: u16,
    answer: String,
}

impl Transport for Recorder {
    fn send(
        &self,
        request: http::Request<RequestBody>,
    ) -> BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>> {
        let bytes = request.body().as_bytes().expect("no call of these streams its body");
        let content_type = request.headers().get("content-type");
        let body = match content_type.map(|value| value.to_str().expect("ASCII")) {
            Some("application/json") => serde_json::from_slice(bytes).expect("JSON"),
            Some(_) => form(std::str::from_utf8(bytes).expect("UTF-8")),
            None => Value::Null,
        };
        *self.recorded.lock().unwrap() = Some(body);
        let answer = bytes::Bytes::from(self.answer.clone()).into();
        let mut response = http::Response::new(answer);
        *response.status_mut() = http::StatusCode::from_u16(self.status).unwrap();
        // LINE's own answers have a name, and a 409 also that of the request that was accepted before.
        let id = http::HeaderValue::from_static("7d3f9e54-0e3a-4a6b-9a3c-5b8f0b0a2c11");
        if self.status == 409 {
            response.headers_mut().insert("x-line-accepted-request-id", id.clone());
        }
        response.headers_mut().insert("x-line-request-id", id);
        Box::pin(async { Ok(response) })
    }
}

fn form(text: &str) -> Value {
    let decode =
        |part: &str| percent_encoding::percent_decode_str(part).decode_utf8().unwrap().into_owned();
    let fields = text.split('&').filter_map(|field| field.split_once('='));
    Value::Object(fields.map(|(name, value)| (name.to_owned(), decode(value).into())).collect())
}

/// A call that is answered so, and what it makes of the answer.
pub(crate) fn answered<T>(
    status: u16,
    answer: &Value,
    call: impl AsyncFnOnce(&Client) -> Result<T, Error>,
) -> (Result<T, Error>, Option<Value>) {
    let recorded = Arc::new(Mutex::new(None));
    let transport = Recorder { recorded: recorded.clone(), status, answer: answer.to_string() };
    let client =
        Client::builder("TOKEN").transport(transport).retry(RetryPolicy::none()).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let result = runtime.block_on(call(&client));
    let body = recorded.lock().unwrap().take();
    (result, body)
}

/// The body that a call wrote. What it makes of the empty answer does not matter here.
fn written<T>(call: impl AsyncFnOnce(&Client) -> Result<T, Error>) -> Result<Back, String> {
    let (result, body) = answered(200, &json!({}), call);
    match (body, result) {
        (Some(json), _) => Ok(Back { json, debug: String::new() }),
        (None, Err(error)) => Err(error.to_string()),
        (None, Ok(_)) => Err("nothing was sent".to_owned()),
    }
}

fn text<'a>(instance: &'a Value, name: &str) -> Result<&'a str, String> {
    instance[name].as_str().ok_or_else(|| format!("the instance has no {name}"))
}

fn ids(instance: &Value) -> Vec<String> {
    let audiences = instance["audiences"].as_array().into_iter().flatten();
    audiences.filter_map(|audience| Some(audience["id"].as_str()?.to_owned())).collect()
}

/// A list that the call refuses when it is empty, though the schema does not.
fn not_empty<T: From<&'static str>>(list: Vec<T>) -> Vec<T> {
    if list.is_empty() { vec!["U1".into()] } else { list }
}

/// Undoes [`not_empty`].
fn as_given(mut back: Back, instance: &Value, name: &str) -> Back {
    if instance[name].as_array().is_some_and(Vec::is_empty) {
        assert_eq!(back.json[name].as_array().map(Vec::len), Some(1));
        back.json[name] = json!([]);
    }
    back
}

fn users(instance: &Value, name: &str) -> Vec<UserId> {
    instance[name]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(UserId::from)
        .collect()
}

/// Which messages they are is tested by the schemas of messages; here one must do that passes every limit.
fn message() -> Message {
    Message::text("text0")
}

fn with_message(mut back: Back, instance: &Value) -> Back {
    assert_eq!(back.json["messages"], json!([{ "type": "text", "text": "text0" }]));
    back.json["messages"] = instance["messages"].clone();
    back
}

macro_rules! optional {
    ($request:ident.$set:ident($value:expr)) => {
        if let Some(value) = $value {
            $request = $request.$set(value);
        }
    };
}

fn disabled(instance: &Value) -> Option<bool> {
    instance["notificationDisabled"].as_bool()
}

pub(crate) fn reply(instance: &Value) -> Result<Back, String> {
    let token = text(instance, "replyToken")?;
    let back = written(async |client| {
        let mut request = client.reply(token, message());
        optional!(request.notification_disabled(disabled(instance)));
        request.await
    })?;
    Ok(with_message(back, instance))
}

pub(crate) fn push(instance: &Value) -> Result<Back, String> {
    let to = text(instance, "to")?;
    let back = written(async |client| {
        let mut request = client.push(to, message());
        optional!(request.notification_disabled(disabled(instance)));
        optional!(request.unit(instance["customAggregationUnits"][0].as_str()));
        request.await
    })?;
    Ok(with_message(back, instance))
}

pub(crate) fn multicast(instance: &Value) -> Result<Back, String> {
    let to = not_empty(users(instance, "to"));
    let back = written(async |client| {
        let mut request = client.multicast(&to, message());
        optional!(request.notification_disabled(disabled(instance)));
        optional!(request.unit(instance["customAggregationUnits"][0].as_str()));
        request.await
    })?;
    Ok(as_given(with_message(back, instance), instance, "to"))
}

/// Which recipients, filters and limits there are is tested by their own schemas; here those must do that pass LINE's rules.
pub(crate) fn narrowcast(instance: &Value) -> Result<Back, String> {
    let given = |name: &str| instance.get(name).is_some();
    let mut back = written(async |client| {
        let mut request = client.narrowcast(message());
        if given("recipient") {
            request = request.recipient(Recipient::audience(7));
        }
        if given("filter") {
            request = request.filter(DemographicFilter::gender([Gender::Female]));
        }
        if given("limit") {
            request = request.limit(Limit::new().max(7));
        }
        optional!(request.notification_disabled(disabled(instance)));
        request.await
    })?;
    let expected = json!({
        "recipient": { "type": "audience", "audienceGroupId": 7 },
        "filter": { "demographic": { "type": "gender", "oneOf": ["female"] } },
        "limit": { "max": 7 },
    });
    for name in ["recipient", "filter", "limit"].into_iter().filter(|name| given(name)) {
        assert_eq!(back.json[name], expected[name]);
        back.json[name] = instance[name].clone();
    }
    Ok(with_message(back, instance))
}

pub(crate) fn broadcast(instance: &Value) -> Result<Back, String> {
    let back = written(async |client| {
        let mut request = client.broadcast(message());
        optional!(request.notification_disabled(disabled(instance)));
        request.await
    })?;
    Ok(with_message(back, instance))
}

pub(crate) fn push_by_phone(instance: &Value) -> Result<Back, String> {
    let to = "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c";
    let mut back = written(async |client| {
        let mut request = client.push_by_phone(to, message());
        optional!(request.notification_disabled(disabled(instance)));
        request.await
    })?;
    assert_eq!(back.json["to"], to);
    back.json["to"] = instance["to"].clone();
    Ok(with_message(back, instance))
}

pub(crate) fn validate(instance: &Value) -> Result<Back, String> {
    let back = written(async |client| client.validate(ValidateKind::Push, message()).await)?;
    Ok(with_message(back, instance))
}

pub(crate) fn set_webhook_endpoint(instance: &Value) -> Result<Back, String> {
    let url = text(instance, "endpoint")?;
    written(async |client| client.set_webhook_endpoint(url).await)
}

pub(crate) fn test_webhook_endpoint(instance: &Value) -> Result<Back, String> {
    written(async |client| client.test_webhook_endpoint(instance["endpoint"].as_str()).await)
}

pub(crate) fn create_rich_menu_alias(instance: &Value) -> Result<Back, String> {
    let (alias, menu) = (text(instance, "richMenuAliasId")?, text(instance, "richMenuId")?);
    written(async |client| client.create_rich_menu_alias(alias, menu).await)
}

pub(crate) fn update_rich_menu_alias(instance: &Value) -> Result<Back, String> {
    let menu = text(instance, "richMenuId")?;
    written(async |client| client.update_rich_menu_alias("alias", menu).await)
}

pub(crate) fn link_rich_menu_to_users(instance: &Value) -> Result<Back, String> {
    let (menu, users) = (text(instance, "richMenuId")?, not_empty(users(instance, "userIds")));
    let back = written(async |client| client.link_rich_menu_to_users(menu, &users).await)?;
    Ok(as_given(back, instance, "userIds"))
}

pub(crate) fn unlink_rich_menu_from_users(instance: &Value) -> Result<Back, String> {
    let users = not_empty(users(instance, "userIds"));
    let back = written(async |client| client.unlink_rich_menu_from_users(&users).await)?;
    Ok(as_given(back, instance, "userIds"))
}

pub(crate) fn mark_as_read(instance: &Value) -> Result<Back, String> {
    let user = text(&instance["chat"], "userId")?;
    written(async |client| client.mark_as_read(user).await)
}

pub(crate) fn chat_reference(instance: &Value) -> Result<Back, String> {
    let back = mark_as_read(&json!({ "chat": instance }))?;
    Ok(Back { json: back.json["chat"].clone(), ..back })
}

pub(crate) fn mark_as_read_by_token(instance: &Value) -> Result<Back, String> {
    let token = text(instance, "markAsReadToken")?;
    written(async |client| client.mark_as_read_by_token(token).await)
}

pub(crate) fn start_loading(instance: &Value) -> Result<Back, String> {
    let chat = text(instance, "chatId")?;
    // What the call sends where nothing is set is what LINE takes then.
    let seconds = instance["loadingSeconds"].as_u64().map(|_| 25);
    let mut back = written(async |client| {
        let mut request = client.start_loading(chat);
        optional!(request.seconds(seconds));
        request.await
    })?;
    assert_eq!(back.json["loadingSeconds"], seconds.unwrap_or(20));
    let body = back.json.as_object_mut().ok_or("no object")?;
    body.remove("loadingSeconds");
    body.extend(
        instance.get("loadingSeconds").map(|given| ("loadingSeconds".into(), given.clone())),
    );
    Ok(back)
}

pub(crate) fn create_audience(instance: &Value) -> Result<Back, String> {
    let ids = ids(instance);
    let back = written(async |client| {
        let mut request = client.create_audience(text(instance, "description").unwrap_or(""), &ids);
        optional!(request.is_ifa_audience(instance["isIfaAudience"].as_bool()));
        optional!(request.upload_description(instance["uploadDescription"].as_str()));
        request.await
    })?;
    Ok(back)
}

pub(crate) fn audience(instance: &Value) -> Result<Back, String> {
    let ids: Vec<_> = instance["id"].as_str().into_iter().collect();
    let back = written(async |client| client.create_audience("name", &ids).await)?;
    Ok(Back { json: back.json["audiences"][0].clone(), ..back })
}

pub(crate) fn add_to_audience(instance: &Value) -> Result<Back, String> {
    let ids = not_empty(ids(instance));
    let group = instance["audienceGroupId"].as_u64().ok_or("no id")?;
    let back = written(async |client| {
        let mut request = client.add_to_audience(group, &ids);
        optional!(request.upload_description(instance["uploadDescription"].as_str()));
        request.await
    })?;
    Ok(as_given(back, instance, "audiences"))
}

pub(crate) fn create_click_audience(instance: &Value) -> Result<Back, String> {
    let (name, request_id) = (text(instance, "description")?, text(instance, "requestId")?);
    written(async |client| {
        let mut request = client.create_click_audience(name, request_id);
        optional!(request.click_url(instance["clickUrl"].as_str()));
        request.await
    })
}

pub(crate) fn create_impression_audience(instance: &Value) -> Result<Back, String> {
    let (name, request_id) = (text(instance, "description")?, text(instance, "requestId")?);
    written(async |client| client.create_impression_audience(name, request_id).await)
}

pub(crate) fn rename_audience(instance: &Value) -> Result<Back, String> {
    let name = text(instance, "description")?;
    written(async |client| client.rename_audience(1, name).await)
}

pub(crate) fn issue_stateless_token(instance: &Value) -> Result<Back, String> {
    let secret = ChannelSecret::new(text(instance, "client_secret")?).unwrap();
    let id = text(instance, "client_id")?;
    written(async |client| client.issue_stateless_token(id, &secret).await)
}

pub(crate) fn issue_stateless_token_by_jwt(instance: &Value) -> Result<Back, String> {
    let key = AssertionKey::from_pem("1234567890", "kid", KEY).map_err(|why| why.to_string())?;
    let mut back = written(async |client| client.issue_stateless_token_by_jwt(&key).await)?;
    assert_eq!(back.json["client_assertion"].as_str().unwrap().split('.').count(), 3);
    back.json["client_assertion"] = instance["client_assertion"].clone();
    Ok(back)
}

pub(crate) fn detach_module(instance: &Value) -> Result<Back, String> {
    let bot = text(instance, "botId")?;
    written(async |client| client.detach_module(bot).await)
}

pub(crate) fn acquire_chat_control(instance: &Value) -> Result<Back, String> {
    let ttl = instance["ttl"].as_u64().map(|ttl| u32::try_from(ttl).unwrap());
    written(async |client| {
        let mut request = client.acquire_chat_control("U1");
        optional!(request.expired(instance["expired"].as_bool()));
        optional!(request.ttl(ttl));
        request.await
    })
}

/// Two of the fields have one right value each.
pub(crate) fn send_mission_sticker(instance: &Value) -> Result<Back, String> {
    let (to, product) = (text(instance, "to")?, text(instance, "productId")?);
    let mut back = written(async |client| client.send_mission_sticker(to, product).await)?;
    assert_eq!(back.json["productType"], "STICKER");
    assert_eq!(back.json["sendPresentMessage"], false);
    for name in ["productType", "sendPresentMessage"] {
        back.json[name] = instance[name].clone();
    }
    Ok(back)
}

/// A key made for the tests.
const KEY: &str = include_str!("../it/token/key.pkcs8.pem");
