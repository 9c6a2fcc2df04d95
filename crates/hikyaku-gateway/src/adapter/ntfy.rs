//! Messages as ntfy takes them: `POST /TOPIC` with headers, or JSON to `/`.

use bytes::Bytes;
use http::request::Parts;

use super::{
    credential::header_text,
    encoded_word,
    field::{Object, Wrong, json},
    short::{WRITTEN, cut, line, lines, link},
};
use crate::{fields::Fields, notification::Post};

/// What ntfy shows of a message that has no text.
const TRIGGERED: &str = "triggered";

/// The longest name of a topic.
const LONGEST_TOPIC: usize = 64;

/// Tags that stand for pictures, those that ntfy's manual puts first.
///
/// Source: <https://docs.ntfy.sh/publish/#tags-emojis>
const PICTURES: [(&str, &str); 24] = [
    ("+1", "👍"),
    ("-1", "👎"),
    ("bell", "🔔"),
    ("boom", "💥"),
    ("calendar", "📆"),
    ("cd", "💿"),
    ("computer", "💻"),
    ("door", "🚪"),
    ("facepalm", "🤦"),
    ("fire", "🔥"),
    ("heavy_check_mark", "✔️"),
    ("information_source", "ℹ️"),
    ("key", "🔑"),
    ("loudspeaker", "📢"),
    ("no_entry", "⛔"),
    ("no_entry_sign", "🚫"),
    ("partying_face", "🥳"),
    ("rotating_light", "🚨"),
    ("skull", "💀"),
    ("tada", "🎉"),
    ("triangular_flag_on_post", "🚩"),
    ("warning", "⚠️"),
    ("white_check_mark", "✅"),
    ("x", "❌"),
];

/// What is published.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) topic: String,
    pub(super) title: String,
    pub(super) message: String,
    pub(super) priority: i64,
    pub(super) post: Post,
}

/// What comes with a message, in either form.
struct Extras {
    tags: Vec<String>,
    click: String,
    attach: String,
}

/// Whether this can be the name of a topic.
pub(super) fn is_topic(name: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=LONGEST_TOPIC).contains(&name.len()) && name.bytes().all(letters)
}

/// Reads a message whose text is the body, and whose other parts are headers or in the query.
pub(super) fn read(topic: &str, parts: &Parts, body: &Bytes) -> Result<Published, Wrong> {
    let query = Fields::read(parts.uri.query(), None, &Bytes::new());
    let given = |names: &[&str]| {
        let header = names.iter().find_map(|name| header_text(&parts.headers, name));
        let query = || names.iter().find_map(|name| query.get(name)).map(str::to_owned);
        header.or_else(query).map(|text| encoded_word::decode(&text)).unwrap_or_default()
    };
    for names in [
        ["x-delay", "delay", "x-at", "at", "x-in", "in"].as_slice(),
        &["x-email", "x-e-mail", "email", "e-mail", "mail", "e"],
        &["x-call", "call"],
        &["x-filename", "filename", "file", "f"],
    ] {
        if !given(names).is_empty() {
            return Err(not_taken(names.get(1).copied().unwrap_or_default()));
        }
    }
    let text = std::str::from_utf8(body)
        .map_err(|_| Wrong::new("the body", "must be text in UTF-8, attachments are not taken"))?;
    let message = if text.is_empty() { given(&["x-message", "message", "m"]) } else { text.into() };
    let tags = given(&["x-tags", "tags", "tag", "ta"]);
    let extras = Extras {
        tags: tags.split(',').map(str::to_owned).collect(),
        click: given(&["x-click", "click"]),
        attach: given(&["x-attach", "attach", "a"]),
    };
    let priority = priority(&given(&["x-priority", "priority", "prio", "p"]))?;
    Ok(published(topic, given(&["x-title", "title", "t"]), message, priority, &extras))
}

/// Reads a message in JSON.
pub(super) fn read_json(body: &[u8]) -> Result<Published, Wrong> {
    let body = json(body)?;
    let body = Object::of(&body)?;
    let topic = body.needed_text("topic")?;
    if !is_topic(topic) {
        return Err(body.wrong("topic", "must be 1 to 64 letters, digits, hyphens and underscores"));
    }
    for name in ["delay", "email", "call"] {
        if !body.text(name)?.is_empty() {
            return Err(not_taken(name));
        }
    }
    let priority = match body.number("priority")?.unwrap_or(3) {
        0 => 3,
        priority @ 1..=5 => priority,
        _ => return Err(body.wrong("priority", "must be 1 to 5")),
    };
    let extras = Extras {
        tags: body.texts("tags")?.into_iter().map(str::to_owned).collect(),
        click: body.text("click")?.to_owned(),
        attach: body.text("attach")?.to_owned(),
    };
    let (title, message) = (body.text("title")?.to_owned(), body.text("message")?.to_owned());
    Ok(published(topic, title, message, priority, &extras))
}

fn not_taken(name: &str) -> Wrong {
    Wrong::new(name, "is not taken by this gateway, nothing was sent")
}

fn priority(word: &str) -> Result<i64, Wrong> {
    match word.to_ascii_lowercase().as_str() {
        "1" | "min" => Ok(1),
        "2" | "low" => Ok(2),
        "" | "3" | "default" => Ok(3),
        "4" | "high" => Ok(4),
        "5" | "max" | "urgent" => Ok(5),
        _ => Err(Wrong::new("priority", "must be 1 to 5, or min, low, default, high or urgent")),
    }
}

fn published(
    topic: &str,
    title: String,
    message: String,
    priority: i64,
    extras: &Extras,
) -> Published {
    let message = if message.trim().is_empty() { TRIGGERED.to_owned() } else { message };
    let (mut pictures, mut words) = (Vec::new(), Vec::new());
    for tag in extras.tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()).take(10) {
        match PICTURES.iter().find(|(name, _)| *name == tag) {
            Some((_, picture)) => pictures.push(*picture),
            None => words.push(tag),
        }
    }
    let pictures = pictures.join("");
    // Pictures stand before the title or, where there is none, before the text.
    let (head, text) = if title.is_empty() {
        (String::new(), format!("{pictures} {message}"))
    } else {
        (line(&format!("{pictures} {title}")), message.clone())
    };
    let words = if words.is_empty() { String::new() } else { format!("({})", words.join(", ")) };
    let image = is_picture(&extras.attach).then(|| extras.attach.clone());
    let attach = if image.is_some() { "" } else { &extras.attach };
    let text = lines(
        &[
            head.as_str(),
            cut(&text, WRITTEN).as_ref(),
            &line(&words),
            link(&extras.click).unwrap_or_default(),
            link(attach).unwrap_or_default(),
        ],
        WRITTEN,
    );
    let post = Post { text, image, silent: priority < 3 };
    Published { topic: topic.to_owned(), title, message, priority, post }
}

/// Whether LINE can show what is at an address, by its name.
pub(super) fn is_picture(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    path.starts_with("https://")
        && link(url).is_some()
        && [".jpg", ".jpeg", ".png"].iter().any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn parts(uri: &str, headers: &[(&'static str, &[u8])]) -> Parts {
        let mut request = Request::post(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn read(uri: &str, headers: &[(&'static str, &[u8])], body: &str) -> Result<Published, Wrong> {
        super::read("door", &parts(uri, headers), &Bytes::copy_from_slice(body.as_bytes()))
    }

    #[test]
    fn headers_become_a_text() {
        let headers: [(&str, &[u8]); 4] = [
            ("title", "Ein Müll".as_bytes()),
            ("priority", b"urgent"),
            ("tags", b"warning,skull, backup"),
            ("click", b"https://a.example/1"),
        ];
        let told = read("/door", &headers, "It is full.").unwrap();
        assert_eq!(told.post.text, "⚠️💀 Ein Müll\nIt is full.\n(backup)\nhttps://a.example/1");
        assert_eq!((told.priority, told.post.silent), (5, false));
        let told = read("/door?t=%3D%3FUTF-8%3FB%3F8J%2BYgg%3D%3D%3F%3D&p=low", &[], "a").unwrap();
        assert_eq!((told.post.text.as_str(), told.post.silent), ("😂\na", true));
        assert_eq!(read("/door?message=hi", &[], "").unwrap().post.text, "hi");
        assert_eq!(read("/door", &[("ta", b"tada")], "").unwrap().post.text, "🎉 triggered");
        let told = read("/door", &[("attach", b"https://a.example/b.JPG?c")], "x").unwrap();
        assert_eq!(told.post.image.as_deref(), Some("https://a.example/b.JPG?c"));
    }

    #[test]
    fn json_becomes_a_text() {
        let body = br#"{"topic":"door","title":"Door","message":"open","tags":["rotating_light","cellar"],"priority":4,
            "click":"https://a.example","actions":[{"action":"view","label":"x","url":"https://b.example"}]}"#;
        let told = read_json(body).unwrap();
        assert_eq!(told.post.text, "🚨 Door\nopen\n(cellar)\nhttps://a.example");
        for (body, why) in [
            ("{}", "topic: must not be empty"),
            (
                r#"{"topic":"a/b"}"#,
                "topic: must be 1 to 64 letters, digits, hyphens and underscores",
            ),
            (r#"{"topic":"a","priority":9}"#, "priority: must be 1 to 5"),
            (r#"{"topic":"a","tags":"x"}"#, "tags: must be an array of texts"),
            (
                r#"{"topic":"a","delay":"30min"}"#,
                "delay: is not taken by this gateway, nothing was sent",
            ),
        ] {
            assert_eq!(read_json(body.as_bytes()).unwrap_err().0, why, "{body}");
        }
    }

    #[test]
    fn what_would_not_be_done_is_refused() {
        let told = |headers: &[(&'static str, &[u8])]| read("/a", headers, "x").unwrap_err().0;
        assert_eq!(
            told(&[("at", b"tomorrow")]),
            "delay: is not taken by this gateway, nothing was sent"
        );
        assert_eq!(
            told(&[("p", b"9")]),
            "priority: must be 1 to 5, or min, low, default, high or urgent"
        );
        let binary =
            super::read("a", &parts("/a", &[]), &Bytes::from_static(b"\xff\xd8")).unwrap_err();
        assert_eq!(binary.0, "the body: must be text in UTF-8, attachments are not taken");
    }
}
