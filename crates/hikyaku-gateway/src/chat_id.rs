//! Ids of users, groups and rooms.

use crate::Error;

/// Checks an id, as webhooks bring it.
pub(crate) fn check(id: &str) -> Result<(), Error> {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    match id.strip_prefix(['U', 'C', 'R']) {
        Some(rest) if rest.len() == 32 && rest.bytes().all(is_hex) => Ok(()),
        _ => Err(Error::new(
            "a target is the id of a user, group or room: U, C or R and 32 hexadecimal digits, as webhooks bring it; it is neither a display name nor a LINE ID",
        )),
    }
}
