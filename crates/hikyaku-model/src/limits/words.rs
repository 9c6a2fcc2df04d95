use serde::Serialize;

use super::{Problem, SUBSTITUTION_KEY, Segment, Violation, Violations};

/// Broken rules in LINE's wording: the body of its 400 response.
///
/// The wording is that of LINE's reference, or has been observed; where there is neither, this crate chose it.
///
/// ```
/// use hikyaku_model::{coupon::COUPON_TITLE, limits::{Checker, Dialect, Refusal}};
///
/// let mut checker = Checker::strict();
/// checker.length("title", &"x".repeat(61), COUPON_TITLE);
/// let refusal = Refusal::new(&checker.finish().unwrap_err(), Dialect::Coupon);
/// assert_eq!(refusal.message, "The request body has 1 error(s)");
/// assert_eq!(refusal.details[0].message, "Size must be between 1 and 60");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Refusal {
    /// The problem with the request as a whole.
    pub message: String,
    /// The individual problems.
    pub details: Vec<RefusalDetail>,
}

/// One problem with a request, in LINE's wording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RefusalDetail {
    /// The problem.
    pub message: String,
    /// The path of the value; empty for the request as a whole.
    pub property: String,
}

impl RefusalDetail {
    /// Creates a problem with a property.
    pub fn new(property: impl Into<String>, message: impl Into<String>) -> Self {
        Self { message: message.into(), property: property.into() }
    }
}

/// The wording of broken rules, which differs between the parts of LINE's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// The wording for requests with messages, and for all others without their own dialect.
    ///
    /// There are two wordings, and LINE does not say which rule uses which. Counts, text lengths, types and missing
    /// fields of a message are known to use paths from the root of the request body; templates, Flex and URIs are known
    /// to use paths inside one message. For the rest, this crate chose: a problem directly in a message uses the first
    /// wording, unless the value is a URI or a placeholder. If both apply, the first wins, as it does where LINE checks
    /// first.
    Messages,
    /// The wording for rich menus.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#create-rich-menu>
    RichMenu,
    /// The wording for coupons.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#create-coupon>
    Coupon,
}

impl Refusal {
    /// Words broken rules in a dialect.
    pub fn new(violations: &Violations, dialect: Dialect) -> Self {
        let all = violations.iter();
        match dialect {
            Dialect::Messages => of_messages(violations),
            Dialect::RichMenu => {
                all.map(|v| RefusalDetail::new(v.property(), menu_words(&v.problem))).collect()
            }
            Dialect::Coupon => {
                all.map(|v| RefusalDetail::new(v.property(), coupon_words(&v.problem))).collect()
            }
        }
    }
}

/// Collects details whose properties are paths from the root of the request body. Duplicates are dropped.
impl FromIterator<RefusalDetail> for Refusal {
    fn from_iter<I: IntoIterator<Item = RefusalDetail>>(details: I) -> Self {
        let mut details: Vec<_> = details.into_iter().collect();
        details.dedup();
        Self { message: format!("The request body has {} error(s)", details.len()), details }
    }
}

fn of_messages(violations: &Violations) -> Refusal {
    let of_request: Vec<RefusalDetail> = violations
        .iter()
        .filter(|violation| !is_content(violation))
        .map(|violation| RefusalDetail::new(violation.property(), request_words(violation)))
        .collect();
    if !of_request.is_empty() {
        return of_request.into_iter().collect();
    }
    let index = violations.iter().next().and_then(message_index).unwrap_or(0);
    let details = violations
        .iter()
        .filter(|violation| message_index(violation) == Some(index))
        .map(|v| RefusalDetail::new(content_path(v), content_words(&v.problem)))
        .collect();
    let message = format!("A message (messages[{index}]) in the request body is invalid");
    Refusal { message, details }
}

/// Returns whether a rule is about the content of a message.
fn is_content(violation: &Violation) -> bool {
    match violation.path.as_slice() {
        [Segment::Field("messages"), Segment::Index(_), Segment::Field(_) | Segment::Key(_)] => {
            matches!(
                violation.problem,
                Problem::Uri
                    | Problem::UriScheme(_)
                    | Problem::Pattern(_)
                    | Problem::PlaceholderName(_)
                    | Problem::PlaceholderUndefined(_)
                    | Problem::Brace
                    | Problem::Bytes { .. }
                    | Problem::Rule(_)
            )
        }
        [Segment::Field("messages"), Segment::Index(_), rest @ ..] => !rest.is_empty(),
        _ => false,
    }
}

fn message_index(violation: &Violation) -> Option<usize> {
    match violation.path.as_slice() {
        [Segment::Field("messages"), Segment::Index(index), ..] => Some(*index),
        _ => None,
    }
}

/// Returns the path inside the message: `/hero/url` in a Flex container, `template/columns/5/title` elsewhere.
fn content_path(violation: &Violation) -> String {
    let inside = violation.path.get(2..).unwrap_or_default();
    let (slash, inside) = match inside {
        [Segment::Field("contents"), rest @ ..] => ("/", rest),
        _ => ("", inside),
    };
    let steps: Vec<String> = inside
        .iter()
        .map(|segment| match segment {
            Segment::Field(name) => (*name).to_owned(),
            Segment::Key(name) => name.clone(),
            Segment::Index(index) => index.to_string(),
        })
        .collect();
    format!("{slash}{}", steps.join("/"))
}

/// The types of message that LINE's reference lists in this error. LINE has added others since.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#error-responses>
const NAMED_TYPES: &str = "text, image, video, audio, location, sticker, template, imagemap";

fn request_words(violation: &Violation) -> String {
    match (&violation.problem, violation.path.as_slice()) {
        (Problem::Required, _) => "May not be empty".into(),
        (Problem::Length { rule, .. }, _) => format!("Length must be between 0 and {}", rule.max),
        (
            Problem::OneOf(_),
            [Segment::Field("messages"), Segment::Index(_), Segment::Field("type")],
        ) => format!("Must be one of the following values: [{NAMED_TYPES}]"),
        (problem, _) => words(problem),
    }
}

fn content_words(problem: &Problem) -> String {
    match problem {
        Problem::Required => "must be specified".into(),
        Problem::Length { rule, .. } => format!("must not be longer than {} characters", rule.max),
        _ => words(problem),
    }
}

fn menu_words(problem: &Problem) -> String {
    match problem {
        Problem::UriScheme(_) => "invalid uri".into(),
        _ => content_words(problem),
    }
}

fn coupon_words(problem: &Problem) -> String {
    match problem {
        Problem::Required => "May not be empty".into(),
        Problem::Length { rule, .. } => {
            format!("Size must be between {} and {}", rule.min, rule.max)
        }
        Problem::OneOf(words) => {
            format!("Must be one of the following values: [{}]", words.join(","))
        }
        Problem::Forbidden(_) => "Must not be specified".into(),
        _ => words(problem),
    }
}

/// Returns the wording that is the same in all dialects. The texts of the last arm are this crate's own.
fn words(problem: &Problem) -> String {
    match problem {
        Problem::Count { rule, .. } => {
            format!("Size must be between {} and {}", rule.min, rule.max)
        }
        Problem::Range { min, max } => format!("Must be between {min} and {max}"),
        Problem::MultipleOf(5) => "must be a multiple of five".into(),
        Problem::OneOf(words) => {
            format!("Must be one of the following values: [{}]", words.join(", "))
        }
        Problem::PlaceholderName(key) => format!(
            "The key '{key}' enclosed in '{{}}' does not match the pattern '{SUBSTITUTION_KEY}'."
        ),
        Problem::Sha256 => "The value must be a valid SHA-256 digest.".into(),
        Problem::Uri => "invalid uri".into(),
        Problem::UriScheme(_) => "invalid uri scheme".into(),
        Problem::Forbidden(_) | Problem::Shape(_) => "invalid property".into(),
        _ => problem.to_string(),
    }
}
