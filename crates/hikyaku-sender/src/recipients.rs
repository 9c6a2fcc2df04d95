use std::convert::Infallible;

use serde::{Serialize, Serializer, ser::SerializeSeq};

/// How many users one multicast takes.
pub(crate) const CHUNK: usize = hikyaku_model::limits::MULTICAST_USERS.max;

/// The ids that one delivery goes to, packed: LINE's user ids (`U` and 32 hexadecimal digits) take 16 bytes each.
///
/// The first byte tells the form: 0 for packed user ids, 1 for any ids with line breaks between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recipients(Vec<u8>);

const PACKED: u8 = 0;
const LINES: u8 = 1;

impl Recipients {
    /// No recipients, for sends that choose their own.
    pub(crate) fn none() -> Self {
        Self(vec![PACKED])
    }

    /// Packs ids. They hold no line breaks: ids with blanks were refused before.
    pub(crate) fn pack<S: AsRef<str>>(ids: &[S]) -> Self {
        let mut packed = Vec::with_capacity(1 + ids.len() * 16);
        packed.push(PACKED);
        for id in ids {
            match user_id_bytes(id.as_ref()) {
                Some(bytes) => packed.extend_from_slice(&bytes),
                None => return Self::lines(ids),
            }
        }
        Self(packed)
    }

    fn lines<S: AsRef<str>>(ids: &[S]) -> Self {
        let mut lines = vec![LINES];
        for (index, id) in ids.iter().enumerate() {
            if index > 0 {
                lines.push(b'\n');
            }
            lines.extend_from_slice(id.as_ref().as_bytes());
        }
        Self(lines)
    }

    /// Reads what a store holds.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        let good = match bytes.split_first()? {
            (&PACKED, ids) => ids.len() % 16 == 0,
            (&LINES, ids) => !ids.is_empty() && std::str::from_utf8(ids).is_ok(),
            _ => false,
        };
        good.then_some(Self(bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The ids as LINE writes them.
    pub(crate) fn ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        let Ok(()) = self.try_for_each(|id| {
            ids.push(id.to_owned());
            Ok::<(), Infallible>(())
        });
        ids
    }

    /// Whether this is one of the ids, letter for letter.
    pub(crate) fn contains(&self, id: &str) -> bool {
        match self.0.split_first() {
            Some((&PACKED, ids)) => user_id_bytes(id)
                .is_some_and(|bytes| ids.chunks_exact(16).any(|chunk| chunk == bytes)),
            Some((_, ids)) => ids.split(|byte| *byte == b'\n').any(|line| line == id.as_bytes()),
            None => false,
        }
    }

    /// Each id as LINE writes it, without a copy of its own, until one fails.
    fn try_for_each<E>(&self, mut with: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        match self.0.split_first() {
            Some((&PACKED, ids)) => ids.chunks_exact(16).try_for_each(|bytes| {
                let mut id = [b'U'; 33];
                for (digits, byte) in id[1..].chunks_exact_mut(2).zip(bytes) {
                    digits.copy_from_slice(&[hexadecimal(byte >> 4), hexadecimal(byte & 0xf)]);
                }
                with(std::str::from_utf8(&id).unwrap_or_default())
            }),
            Some((_, ids)) => String::from_utf8_lossy(ids).split('\n').try_for_each(with),
            None => Ok(()),
        }
    }

    /// Two halves, the first one the larger.
    pub(crate) fn halves(&self) -> [Self; 2] {
        let ids = self.ids();
        let (first, second) = ids.split_at(ids.len().div_ceil(2));
        [Self::pack(first), Self::pack(second)]
    }
}

/// As a list of the ids as LINE writes them.
impl Serialize for Recipients {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        self.try_for_each(|id| list.serialize_element(id))?;
        list.end()
    }
}

/// The 16 bytes of a user id in LINE's usual form. Capital digits are another spelling, which must survive.
pub(crate) fn user_id_bytes(id: &str) -> Option<[u8; 16]> {
    let digits = id.strip_prefix('U')?.as_bytes();
    if digits.len() != 32 {
        return None;
    }
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

fn hexadecimal(digit: u8) -> u8 {
    if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }
}

fn digit(ascii: u8) -> Option<u8> {
    match ascii {
        b'0'..=b'9' => Some(ascii - b'0'),
        b'a'..=b'f' => Some(ascii - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ids_come_back_as_they_were(ids in prop::collection::vec("U[0-9a-f]{32}|[!-~]{1,40}", 1..20)) {
            let packed = Recipients::pack(&ids);
            prop_assert_eq!(packed.ids(), ids.clone());
            prop_assert!(ids.iter().all(|id| packed.contains(id)) && !packed.contains("U0"));
            prop_assert_eq!(Recipients::from_bytes(packed.as_bytes().to_vec()), Some(packed.clone()));
            let [first, second] = packed.halves();
            prop_assert_eq!([first.ids(), second.ids()].concat().into_iter().filter(|id| !id.is_empty()).collect::<Vec<_>>(), ids);
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Some(recipients) = Recipients::from_bytes(bytes) {
                recipients.ids();
            }
        }
    }

    #[test]
    fn five_hundred_user_ids_take_eight_kilobytes() {
        let ids: Vec<String> = (0..500).map(|n| format!("U{n:032x}")).collect();
        assert_eq!(Recipients::pack(&ids).as_bytes().len(), 8001);
    }
}
