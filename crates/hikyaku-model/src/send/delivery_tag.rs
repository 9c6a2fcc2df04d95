use super::text::text;
use crate::limits::{Length, Problem};

/// The tag of a message to a phone number.
///
/// Source: <https://developers.line.biz/en/reference/line-notification-messages/#send-line-notification-message>
pub const DELIVERY_TAG: Length = Length { min: 16, ..Length::utf16(100) };

text! {
    /// A tag that the delivery event of a message to a phone number returns: 16-100 visible ASCII characters.
    ///
    /// Source: <https://developers.line.biz/en/reference/line-notification-messages/#send-line-notification-message>
    DeliveryTag: check
}

fn check(tag: &str) -> Result<(), Problem> {
    if let Some(actual) = DELIVERY_TAG.broken_by(tag) {
        return Err(Problem::Length { rule: DELIVERY_TAG, actual });
    }
    if tag.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(Problem::Rule("must have visible ASCII characters only, as it travels in a header"))
    }
}
