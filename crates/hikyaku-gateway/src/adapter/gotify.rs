//! Messages as Gotify takes them: `POST /message`, in JSON or as a form.

use bytes::Bytes;
use http::{header, request::Parts};
use serde_json::{Value, json};

use super::{
    field::{self, Object, Wrong},
    ntfy::is_picture,
    short::{WRITTEN, line, lines, link},
};
use crate::{fields::Fields, notification::Post};

/// Below this priority, Gotify's app makes no sound.
///
/// Source: <https://github.com/gotify/android#message-priorities>
const SOUND: i64 = 4;

/// What is pushed.
#[derive(Debug)]
pub(super) struct Pushed {
    pub(super) title: String,
    pub(super) message: String,
    pub(super) priority: i64,
    pub(super) post: Post,
}

pub(super) fn read(parts: &Parts, body: &Bytes) -> Result<Pushed, Wrong> {
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let json = if content_type.is_some_and(|it| it.trim_start().starts_with("application/json")) {
        field::json(body)?
    } else {
        let fields = Fields::read(parts.uri.query(), content_type, body);
        let field = |name| fields.get(name).map_or(Value::Null, Value::from);
        json!({ "title": field("title"), "message": field("message"), "priority": field("priority") })
    };
    let body = Object::of(&json)?;
    let (title, message) = (body.text("title")?, body.needed_text("message")?);
    let priority = body.number("priority")?;
    let extras = body.object("extras")?;
    let notification = extras.map(|it| it.object("client::notification")).transpose()?.flatten();
    let (mut click, mut image) = ("", None);
    if let Some(notification) = notification {
        click = match notification.object("click")? {
            Some(click) => click.text("url")?,
            None => "",
        };
        image = Some(notification.text("bigImageUrl")?).filter(|url| is_picture(url));
    }
    let text = lines(&[&line(title), message, link(click).unwrap_or_default()], WRITTEN);
    let silent = priority.is_some_and(|priority| priority < SOUND);
    let post = Post { text, image: image.map(str::to_owned), silent };
    let priority = priority.unwrap_or(SOUND);
    Ok(Pushed { title: title.to_owned(), message: message.to_owned(), priority, post })
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn read(uri: &str, content_type: &str, body: &str) -> Result<Pushed, Wrong> {
        let request = Request::post(uri).header("content-type", content_type).body(()).unwrap();
        super::read(&request.into_parts().0, &Bytes::copy_from_slice(body.as_bytes()))
    }

    #[test]
    fn json_and_forms_become_a_text() {
        let body = r#"{"title":"Backup","message":"It is done.\nAll of it.","priority":2,"extras":{"client::display":{"contentType":"text/plain"},
            "client::notification":{"click":{"url":"https://a.example/log"},"bigImageUrl":"https://a.example/b.png"}}}"#;
        let told = read("/message", "application/json; charset=utf-8", body).unwrap();
        assert_eq!(told.post.text, "Backup\nIt is done.\nAll of it.\nhttps://a.example/log");
        assert_eq!(told.post.image.as_deref(), Some("https://a.example/b.png"));
        assert!(told.post.silent);
        let form = "multipart/form-data; boundary=X";
        let body = "--X\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nhi\r\n\
            --X\r\nContent-Disposition: form-data; name=\"priority\"\r\n\r\n5\r\n--X--\r\n";
        let told = read("/message?token=T", form, body).unwrap();
        assert_eq!((told.post.text.as_str(), told.priority, told.post.silent), ("hi", 5, false));
    }

    #[test]
    fn what_is_wrong_is_told_by_its_field() {
        let json = "application/json";
        for (body, why) in [
            ("{}", "message: must not be empty"),
            (r#"{"message":1}"#, "message: must be a text"),
            (r#"{"message":"a","priority":"x"}"#, "priority: must be a whole number"),
            (
                r#"{"message":"a","extras":{"client::notification":{"click":1}}}"#,
                "extras.client::notification.click: must be an object",
            ),
        ] {
            assert_eq!(read("/message", json, body).unwrap_err().0, why, "{body}");
        }
        assert!(read("/message", json, "{").unwrap_err().0.starts_with("the body is no JSON: "));
    }
}
