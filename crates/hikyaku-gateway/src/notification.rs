//! What a script wants to have sent, and the messages that it becomes.

use hikyaku_model::{
    limits::{MESSAGES, Unit},
    message::{ImageMessage, Message, StickerMessage, TEXT},
};
use unicode_segmentation::UnicodeSegmentation;

use crate::{fields::Fields, rehost::Rehost};

/// What a program tells that does not speak LINE Notify's API.
#[derive(Clone, Debug, Default)]
pub(crate) struct Post {
    pub(crate) text: String,
    /// The address of a picture, with https.
    pub(crate) image: Option<String>,
    /// Whether phones are to make no sound.
    pub(crate) silent: bool,
}

/// One call of `/api/notify` that can be sent.
#[derive(Clone, Debug)]
pub(crate) struct Notification {
    texts: Vec<String>,
    image: Option<ImageMessage>,
    /// The field and the address of a picture that is fetched first.
    to_fetch: Option<(&'static str, String)>,
    sticker: Option<StickerMessage>,
    pub(crate) silent: bool,
}

impl Notification {
    /// Reads the fields. What is wrong is told as LINE Notify told it, for people.
    pub(crate) fn read(
        fields: &Fields,
        prefix: &str,
        longest: Option<usize>,
        rehost: Rehost,
    ) -> Result<Self, String> {
        let message = fields.get("message").unwrap_or_default();
        if message.is_empty() {
            return Err("message: must not be empty".to_owned());
        }
        if longest.is_some_and(|longest| message.chars().count() > longest) {
            return Err("message: is too long".to_owned());
        }
        let has_file = fields.image_file().is_some();
        let (picture, sticker) = (picture(fields, rehost)?.filter(|_| !has_file), sticker(fields)?);
        let texts = split(&format!("{prefix}{message}"));
        let others = usize::from(has_file || picture.is_some()) + usize::from(sticker.is_some());
        if !MESSAGES.allows(texts.len() + others) {
            return Err("message: is too long for one push".to_owned());
        }
        let (image, to_fetch) = match picture {
            Some(Picture::Shown(image)) => (Some(image), None),
            Some(Picture::ToFetch(field, url)) => (None, Some((field, url))),
            None => (None, None),
        };
        Ok(Self { texts, image, to_fetch, sticker, silent: silent(fields)? })
    }

    /// The field and the address of the picture that is to be fetched and [shown](Self::show).
    pub(crate) fn picture_to_fetch(&self) -> Option<(&'static str, &str)> {
        self.to_fetch.as_ref().map(|(field, url)| (*field, url.as_str()))
    }

    /// What another program tells.
    pub(crate) fn of(post: &Post, prefix: &str) -> Result<Self, String> {
        let Post { text, image, silent } = post;
        if text.is_empty() {
            return Err("the text: must not be empty".to_owned());
        }
        let image = image.as_ref().map(|url| ImageMessage::new(url).preview(url));
        let texts = split(&format!("{prefix}{text}"));
        Ok(Self { texts, image, to_fetch: None, sticker: None, silent: *silent })
    }

    /// Shows this picture, which the gateway keeps.
    pub(crate) fn show(&mut self, image: ImageMessage) {
        self.image = Some(image);
    }

    /// Text, picture, sticker.
    pub(crate) fn messages(&self) -> Vec<Message> {
        let texts = self.texts.iter().map(|text| Message::from(text.as_str()));
        let image = self.image.clone().map(Message::from);
        texts.chain(image).chain(self.sticker.clone().map(Message::from)).collect()
    }

    pub(crate) fn has_sticker(&self) -> bool {
        self.sticker.is_some()
    }
}

fn filled<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.get(name).map(str::trim).filter(|value| !value.is_empty())
}

/// A picture by its address.
enum Picture {
    Shown(ImageMessage),
    ToFetch(&'static str, String),
}

/// One URL stands for both pictures. Where the larger one is fetched, the preview is drawn from it.
fn picture(fields: &Fields, rehost: Rehost) -> Result<Option<Picture>, String> {
    let preview = ("imageThumbnail", filled(fields, "imageThumbnail"));
    let full = ("imageFullsize", filled(fields, "imageFullsize"));
    let fetched = [full, preview].into_iter().find_map(|(name, url)| Some((name, url?)));
    if let Some((name, url)) = fetched.filter(|(_, url)| rehost.fetches(url)) {
        return Ok(Some(Picture::ToFetch(name, url.to_owned())));
    }
    for (name, url) in [preview, full] {
        if url
            .is_some_and(|url| !url.get(..8).is_some_and(|it| it.eq_ignore_ascii_case("https://")))
        {
            return Err(format!("{name}: must be an https URL"));
        }
    }
    let (preview, full) = (preview.1, full.1);
    let image = |full: &str| ImageMessage::new(full).preview(preview.unwrap_or(full));
    Ok(full.or(preview).map(image).map(Picture::Shown))
}

fn sticker(fields: &Fields) -> Result<Option<StickerMessage>, String> {
    let (package, sticker) = (filled(fields, "stickerPackageId"), filled(fields, "stickerId"));
    for (name, id) in [("stickerPackageId", package), ("stickerId", sticker)] {
        if id.is_some_and(|id| id.len() > 20 || !id.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(format!("{name}: must be a number"));
        }
    }
    match (package, sticker) {
        (Some(package), Some(sticker)) => Ok(Some(StickerMessage::new(package, sticker))),
        (None, None) => Ok(None),
        (Some(_), None) => Err("stickerId: must not be empty beside stickerPackageId".to_owned()),
        (None, Some(_)) => Err("stickerPackageId: must not be empty beside stickerId".to_owned()),
    }
}

/// Python writes `True`, C writes `1`.
fn silent(fields: &Fields) -> Result<bool, String> {
    let word = filled(fields, "notificationDisabled").unwrap_or_default().to_ascii_lowercase();
    match word.as_str() {
        "" | "false" | "0" | "off" | "no" => Ok(false),
        "true" | "1" | "on" | "yes" => Ok(true),
        _ => Err("notificationDisabled: must be true or false".to_owned()),
    }
}

/// Texts of at most 5,000 UTF-16 units, cut between what people see as characters.
fn split(text: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let (mut current, mut units) = (String::new(), 0);
    let mut add = |piece: &str, length: usize| {
        if units + length > TEXT.max {
            texts.push(std::mem::take(&mut current));
            units = 0;
        }
        current.push_str(piece);
        units += length;
    };
    for cluster in text.graphemes(true) {
        let length = Unit::Utf16.count(cluster);
        if length <= TEXT.max {
            add(cluster, length);
            continue;
        }
        // A letter with thousands of marks.
        for letter in cluster.chars() {
            add(letter.encode_utf8(&mut [0; 4]), letter.len_utf16());
        }
    }
    texts.push(current);
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &str) -> Result<Notification, String> {
        let form = bytes::Bytes::copy_from_slice(form.as_bytes());
        Notification::read(&Fields::read(None, None, &form), "[srv] ", None, Rehost::Off)
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let family = "👨‍👩‍👧";
        let text = format!("{}{}", "x".repeat(4997), family.repeat(200));
        let texts = split(&text);
        assert_eq!(texts.concat(), text);
        assert!(texts.iter().all(|text| text.encode_utf16().count() <= 5000));
        assert_eq!(texts[0].len(), 4997);
        let marks = format!("e{}", "\u{301}".repeat(6000));
        assert_eq!(split(&marks).concat(), marks);
        assert_eq!(split("a"), ["a"]);
    }

    #[test]
    fn what_cannot_be_sent_is_told_by_its_field() {
        for (form, told) in [
            ("", "message: must not be empty"),
            ("message=", "message: must not be empty"),
            ("message=a&stickerId=1", "stickerPackageId: must not be empty beside stickerId"),
            ("message=a&stickerId=x&stickerPackageId=1", "stickerId: must be a number"),
            (
                "message=a&imageFullsize=http://a.example/b.jpg",
                "imageFullsize: must be an https URL",
            ),
            ("message=a&notificationDisabled=maybe", "notificationDisabled: must be true or false"),
        ] {
            assert_eq!(read(form).unwrap_err(), told, "{form}");
        }
        assert_eq!(
            read(&format!("message={}", "x".repeat(25_000))).unwrap_err(),
            "message: is too long for one push"
        );
    }

    #[test]
    fn booleans_in_every_spelling() {
        for (word, silent) in [
            ("true", true),
            ("True", true),
            ("1", true),
            ("on", true),
            ("false", false),
            ("False", false),
            ("0", false),
            ("", false),
        ] {
            let form = format!("message=a&notificationDisabled={word}");
            assert_eq!(read(&form).unwrap().silent, silent, "{word}");
        }
    }
}
