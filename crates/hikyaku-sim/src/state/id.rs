//! Ids and tokens that are made of chance.

use jiff::Timestamp;
use uuid::Uuid;

/// A token that nobody can guess.
pub(crate) fn random_token() -> String {
    Uuid::new_v4().simple().to_string()
}

/// An id in the form of a ULID: the time in milliseconds and 80 bits of chance, in Crockford's base 32.
///
/// Source: <https://github.com/ulid/spec>
pub(crate) fn ulid(now: Timestamp) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let time = u128::try_from(now.as_millisecond()).unwrap_or(0) & ((1 << 48) - 1);
    let chance = Uuid::new_v4().as_u128() & ((1 << 80) - 1);
    let value = time << 80 | chance;
    let digit = |place: u32| {
        let index = (value >> (5 * place)) & 31;
        char::from(DIGITS[index as usize])
    };
    (0..26).rev().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_id_has_the_form_of_a_ulid_and_begins_with_its_time() {
        let id = ulid("2023-02-24T05:42:09.445Z".parse().unwrap());
        assert_eq!(id.len(), 26);
        assert!(id.starts_with("01GT0Z2W95"), "{id}");
        assert!(id.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()));
        assert_ne!(id, ulid("2023-02-24T05:42:09.445Z".parse().unwrap()));
    }
}
