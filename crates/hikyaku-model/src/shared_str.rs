use std::{borrow::Borrow, cmp::Ordering, fmt, hash, ops::Deref, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::{Read, Str, Text};

/// Owned text: a slice of a text that it shares with others, or its own copy.
///
/// The events of a webhook share the webhook's body this way, which takes less than half the time of a `String` for
/// each text. The type derefs to `str` and compares with it. It can be sent between threads, and cloning costs next to
/// nothing.
///
/// # Memory
/// A slice keeps the whole shared text alive: the body of a webhook, some 600 bytes per event, stays in memory until
/// the last text of its events is dropped. To keep a text for long, such as a key of a map, make a `String`:
/// `to_string()` or `String::from`.
///
/// ```
/// use hikyaku_model::event::SharedStr;
///
/// let token = SharedStr::from("757913772c4646b784d4b7ce46d12671");
/// assert_eq!(token, "757913772c4646b784d4b7ce46d12671");
/// assert!(token.starts_with("7579"));
/// ```
#[derive(Clone)]
pub struct SharedStr {
    of: Arc<str>,
    /// In bytes. Four bytes each, so that this type is no larger than a `String`.
    begin: u32,
    end: u32,
}

/// A range that no slice has: it means the whole text, which may be longer than a slice can be.
const ALL: (u32, u32) = (u32::MAX, 0);

impl SharedStr {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        self.of.get(self.begin as usize..self.end as usize).unwrap_or(&self.of)
    }

    /// Returns a slice of `body` if `text` lies in it, otherwise a copy.
    fn part(text: &str, body: &Arc<str>) -> Self {
        Self::find(text, body).unwrap_or_else(|| text.into())
    }

    fn find(text: &str, body: &Arc<str>) -> Option<Self> {
        let begin = text.as_ptr().addr().checked_sub(body.as_ptr().addr())?;
        let end = begin.checked_add(text.len())?;
        if end > body.len() {
            return None;
        }
        let (begin, end) = (u32::try_from(begin).ok()?, u32::try_from(end).ok()?);
        Some(Self { of: Arc::clone(body), begin, end })
    }

    fn all(of: Arc<str>) -> Self {
        let (begin, end) = ALL;
        Self { of, begin, end }
    }
}

impl<'a> Text<'a> for SharedStr {
    fn keep(text: Str<'a>, body: Option<&Arc<str>>) -> Self {
        match (text.borrowed(), body) {
            (Some(text), Some(body)) => Self::part(text, body),
            _ => text.as_str().into(),
        }
    }
}

impl<'de> Read<'de> for SharedStr {
    fn read<D: Deserializer<'de>>(
        deserializer: D,
        body: Option<&Arc<str>>,
    ) -> Result<Self, D::Error> {
        Ok(Self::keep(Str::deserialize(deserializer)?, body))
    }
}

impl Default for SharedStr {
    fn default() -> Self {
        "".into()
    }
}

impl From<&str> for SharedStr {
    fn from(text: &str) -> Self {
        Self::all(text.into())
    }
}

impl From<&String> for SharedStr {
    fn from(text: &String) -> Self {
        Self::all(text.as_str().into())
    }
}

impl From<String> for SharedStr {
    fn from(text: String) -> Self {
        Self::all(text.into())
    }
}

impl From<SharedStr> for String {
    fn from(text: SharedStr) -> Self {
        text.as_str().to_owned()
    }
}

impl Deref for SharedStr {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for SharedStr {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for SharedStr {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for SharedStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// Shows only the slice, not the text that it belongs to.
impl fmt::Debug for SharedStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl PartialEq for SharedStr {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for SharedStr {}

impl PartialEq<str> for SharedStr {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for SharedStr {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for SharedStr {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl hash::Hash for SharedStr {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Ord for SharedStr {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for SharedStr {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for SharedStr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for SharedStr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_the_body_is_a_part_of_it_and_anything_else_a_copy() {
        let body: Arc<str> = "あ, b".into();
        let (whole, first, end) = (&body[..], &body[..3], &body[body.len()..]);
        for text in [whole, first, end] {
            let kept = SharedStr::keep(text.into(), Some(&body));
            assert_eq!(kept, text);
            assert!(Arc::ptr_eq(&kept.of, &body));
        }
        let elsewhere = "あ".to_owned();
        for text in [Str::from(elsewhere.as_str()), Str::from(elsewhere.clone())] {
            let kept = SharedStr::keep(text, Some(&body));
            assert_eq!(kept, "あ");
            assert!(!Arc::ptr_eq(&kept.of, &body));
        }
        assert_eq!(SharedStr::keep(first.into(), None), "あ");
    }

    #[test]
    fn the_body_is_freed_with_the_last_part_of_it() {
        let body: Arc<str> = "body".into();
        let weak = Arc::downgrade(&body);
        let kept = SharedStr::keep(body[1..3].into(), Some(&body));
        let own = kept.to_string();
        drop(body);
        assert!(weak.upgrade().is_some());
        drop(kept);
        assert!(weak.upgrade().is_none());
        assert_eq!(own, "od");
    }
}
