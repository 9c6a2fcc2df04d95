use std::{error::Error as StdError, fmt};

use hikyaku_model::send::PhoneHash;
use ring::digest::{SHA256, digest};

/// Hashes a phone number in the form that LINE requires: SHA-256 of the E.164 number with its `+`, in lower-case
/// hexadecimal.
///
/// Blanks, hyphens, dots and parentheses are removed first, since people write numbers with them.
///
/// # Errors
/// The text is not an E.164 number: `+`, a country code that does not begin with 0, 7 to 15 digits in all.
/// # Source
/// <https://developers.line.biz/en/reference/line-notification-messages/#send-line-notification-message>
///
/// ```
/// let hash = hikyaku::hash_phone_number("+81 80 0000 1234")?;
/// assert_eq!(hash.as_str(), "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c");
/// assert!(hikyaku::hash_phone_number("080-0000-1234").is_err());
/// # Ok::<(), hikyaku::InvalidPhoneNumber>(())
/// ```
pub fn hash_phone_number(number: &str) -> Result<PhoneHash, InvalidPhoneNumber> {
    let number: String =
        number.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    let digits = number.strip_prefix('+').ok_or(InvalidPhoneNumber)?;
    let fits = (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    if !fits {
        return Err(InvalidPhoneNumber);
    }
    let hash = digest(&SHA256, number.as_bytes());
    let (high, low) = hash.as_ref().split_at(16);
    let half = |bytes: &[u8]| bytes.iter().fold(0_u128, |sum, byte| (sum << 8) | u128::from(*byte));
    Ok(format!("{:032x}{:032x}", half(high), half(low)).into())
}

/// The text is not an E.164 phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPhoneNumber;

impl fmt::Display for InvalidPhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be an international number such as +81 80 1234 5678: + and 7 to 15 digits, the country code first")
    }
}

impl StdError for InvalidPhoneNumber {}
