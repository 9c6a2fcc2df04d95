//! How the state is written as JSON where serde has no form of its own for a part. All forms are in one order, so that the
//! same state is the same document.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Items of a set or entries of a map, each with its JSON, which they are sorted by.
fn sorted<T: Serialize, E: serde::ser::Error>(
    items: impl Iterator<Item = T>,
) -> Result<BTreeMap<String, T>, E> {
    let json = |item: &T| serde_json::to_string(item).map_err(E::custom);
    items.map(|item| Ok((json(&item)?, item))).collect()
}

/// A map whose keys are no texts, as a list of pairs.
pub(crate) mod pairs {
    use super::{Deserialize, Deserializer, Serialize, Serializer, sorted};

    pub(crate) fn serialize<'a, M, K, V, S>(map: &'a M, serializer: S) -> Result<S::Ok, S::Error>
    where
        &'a M: IntoIterator<Item = (&'a K, &'a V)>,
        K: Serialize + 'a,
        V: Serialize + 'a,
        S: Serializer,
    {
        serializer.collect_seq(sorted::<_, S::Error>(map.into_iter())?.values())
    }

    pub(crate) fn deserialize<'de, M, K, V, D>(deserializer: D) -> Result<M, D::Error>
    where
        M: FromIterator<(K, V)>,
        K: Deserialize<'de>,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// A set without an order.
pub(crate) mod set {
    use super::{Deserialize, Deserializer, Serialize, Serializer, sorted};

    pub(crate) fn serialize<'a, M, T, S>(set: &'a M, serializer: S) -> Result<S::Ok, S::Error>
    where
        &'a M: IntoIterator<Item = &'a T>,
        T: Serialize + 'a,
        S: Serializer,
    {
        serializer.collect_seq(sorted::<_, S::Error>(set.into_iter())?.values())
    }

    pub(crate) fn deserialize<'de, M, D>(deserializer: D) -> Result<M, D::Error>
    where
        M: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        M::deserialize(deserializer)
    }
}

/// Bytes, in base64.
pub(crate) mod bytes {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use serde::de::Error as _;

    use super::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        bytes: &impl AsRef<[u8]>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, T: From<Vec<u8>>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(T::from).map_err(|_| D::Error::custom("this is no base64"))
    }
}

/// JSON that is kept as it was written, as a text.
pub(crate) mod raw {
    use serde_json::value::RawValue;

    use serde::{de::Error as _, ser::SerializeSeq};

    use super::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        values: &[Box<RawValue>],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(values.len()))?;
        for value in values {
            list.serialize_element(value.get())?;
        }
        list.end()
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Box<RawValue>>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let values = texts.into_iter().map(RawValue::from_string);
        values.collect::<Result<_, _>>().map_err(D::Error::custom)
    }
}

/// A message that a person sent, in the form of its event.
pub(crate) mod content {
    use hikyaku_model::event::{ContentKind, MessageContent};

    use super::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        content: &ContentKind,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let message: MessageContent = MessageContent::new("", content.clone());
        message.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<ContentKind, D::Error> {
        MessageContent::deserialize(deserializer).map(|message: MessageContent| message.kind)
    }
}

/// A secret of a channel. They are fake, and the same after a restart.
pub(crate) mod secret {
    use hikyaku_model::{ChannelSecret, ChannelToken, InvalidSecret};

    use serde::de::Error as _;

    use super::{Deserialize, Deserializer, Serializer};

    pub(crate) trait Exposed: TryFrom<String, Error = InvalidSecret> {
        fn text(&self) -> &str;
    }

    impl Exposed for ChannelSecret {
        fn text(&self) -> &str {
            self.expose()
        }
    }

    impl Exposed for ChannelToken {
        fn text(&self) -> &str {
            self.expose()
        }
    }

    pub(crate) fn serialize<S: Serializer>(
        secret: &impl Exposed,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.text())
    }

    pub(crate) fn deserialize<'de, T: Exposed, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        T::try_from(text).map_err(|why| D::Error::custom(format!("the secret or token {why}")))
    }
}
