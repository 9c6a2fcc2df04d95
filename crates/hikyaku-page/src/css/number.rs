/// Digits with or without a fraction, and nothing else: no sign, no exponent, no blank.
pub(super) fn parse(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| {
        (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    (digits(whole) && digits(fraction)).then(|| text.parse().ok())?
}
