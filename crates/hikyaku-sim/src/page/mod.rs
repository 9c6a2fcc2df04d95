//! The page: the chats of a simulator's people as their phones show them, and what a program says beside it.
//!
//! It has no powers of its own. Whatever a person does on it is a call of the control API.

mod asked;
mod chats;
mod code;
mod connect;
mod content;
mod controls;
mod display;
mod frame;
mod history;
mod json;
mod keys;
mod line;
mod members;
mod menu;
mod outcome;
mod panel;
mod rates;
mod record;
mod request;
mod requests;
mod rules;
mod search;
mod shell;
mod snippets;
mod thread;
mod transfer;
mod view;
mod webhook;

use bytes::Bytes;
use hikyaku_page::{SCRIPT, STYLES};
use http::{HeaderValue, Method, Response, StatusCode, header, request::Parts};

use self::asked::Asked;
use crate::shared::Shared;

/// What all paths of the page begin with, but for the page itself.
const PREFIX: &str = "/_sim/page/";

const STYLE: &str = include_str!("asset/page.css");
/// The page's scripts: what follows the simulator, and what builds on it.
const PAGE_SCRIPT: &str = concat!(
    include_str!("asset/page.js"),
    include_str!("asset/chat.js"),
    include_str!("asset/seen.js"),
    include_str!("asset/inspect.js"),
    include_str!("asset/keys.js"),
    include_str!("asset/display.js"),
    include_str!("asset/transfer.js"),
    include_str!("asset/record.js"),
);
const ICON: &str = include_str!("asset/icon.svg");

/// Nothing runs but the page's own scripts, nothing is loaded from elsewhere but pictures that a person asks for, nothing is
/// sent anywhere else, and no other page can frame it. Drawings set styles on elements, which run nothing.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' https:; \
    media-src 'self' blob:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Pictures of people are shown, and nothing in them runs.
const CONTENT_POLICY: &str = "default-src 'none'; sandbox";

/// Whether the page answers a request.
pub(crate) fn is_served(head: &Parts) -> bool {
    let path = head.uri.path();
    head.method == Method::GET && (path == "/" || path.starts_with(PREFIX))
}

/// Answers a request for the page or a part of it.
pub(crate) fn answer(shared: &Shared, head: &Parts) -> Response<Bytes> {
    let path = head.uri.path();
    match path.strip_prefix(PREFIX) {
        None => html(shell::draw(&Asked::read(head)).into()),
        Some("view") => html(view::draw(shared, &Asked::read(head)).into()),
        Some("style.css") => file("text/css; charset=utf-8", styles()),
        Some("drawing.js") => file(SCRIPT_TYPE, SCRIPT.as_str().into()),
        Some("page.js") => file(SCRIPT_TYPE, PAGE_SCRIPT.into()),
        Some("icon.svg") => file("image/svg+xml", ICON.into()),
        Some(other) => {
            let picture = sent(shared, other).or_else(|| menu_picture(shared, other));
            picture.unwrap_or_else(missing)
        }
    }
}

const SCRIPT_TYPE: &str = "text/javascript; charset=utf-8";

fn styles() -> Bytes {
    let mut all: String = STYLES.iter().map(|sheet| sheet.as_str()).collect();
    all.push_str(STYLE);
    all.into()
}

/// What somebody has sent.
fn sent(shared: &Shared, path: &str) -> Option<Response<Bytes>> {
    let (media_type, bytes) = content::find(&shared.world(), path)?;
    let mut response = file(media_type, bytes);
    set(&mut response, header::CONTENT_SECURITY_POLICY, CONTENT_POLICY);
    Some(response)
}

/// The picture of a rich menu: `menu/{channel id}/{rich menu id}`.
fn menu_picture(shared: &Shared, path: &str) -> Option<Response<Bytes>> {
    let (channel, menu) = path.strip_prefix("menu/")?.split_once('/')?;
    let world = shared.world();
    let channel = &world.channels[world.channel_of_id(channel)?];
    let image = channel.rich_menus.get(menu)?.image.as_ref()?;
    let known = ["image/jpeg", "image/png"];
    let media_type = known.into_iter().find(|known| *known == image.media_type)?;
    let mut response = file(media_type, image.bytes.clone());
    set(&mut response, header::CONTENT_SECURITY_POLICY, CONTENT_POLICY);
    Some(response)
}

fn html(text: String) -> Response<Bytes> {
    file("text/html; charset=utf-8", text.into())
}

fn file(media_type: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    for (name, value) in [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        set(&mut response, name, value);
    }
    response
}

fn missing() -> Response<Bytes> {
    let mut response =
        file("text/plain; charset=utf-8", Bytes::from_static(b"there is no such file"));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn set(response: &mut Response<Bytes>, name: header::HeaderName, value: &'static str) {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
}
