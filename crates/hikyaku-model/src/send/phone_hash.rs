use super::text::text;
use crate::limits::Problem;

text! {
    /// A phone number in LINE's form: the SHA-256 of its E.164 form with `+`, in 64 lower-case hexadecimal digits.
    ///
    /// ```
    /// use hikyaku_model::send::PhoneHash;
    ///
    /// let hash = "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c".parse::<PhoneHash>();
    /// assert!(hash.is_ok());
    /// assert!("+818000001234".parse::<PhoneHash>().is_err());
    /// ```
    ///
    /// Source: <https://developers.line.biz/en/reference/line-notification-messages/#send-line-notification-message>
    PhoneHash: check
}

fn check(hash: &str) -> Result<(), Problem> {
    let fits =
        hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if fits { Ok(()) } else { Err(Problem::Sha256) }
}
