use hikyaku_model::{
    Violation, Violations,
    limits::{Problem, Segment},
    message::SUBSTITUTION_KEY,
};
use http::StatusCode;

use super::{Answer, Detail};

/// Writes broken rules as LINE does, in one of its two dialects.
///
/// LINE does not say which rule speaks which. Known are counts, text lengths, types and missing fields of a message,
/// which speak of paths from the request body's root, and templates, Flex and URIs, which speak of paths inside one
/// message. Our choice for the rest: what stands directly in a message is told in the first dialect, unless it is a URI
/// or a placeholder. The first dialect wins where both have something to say, as it does where LINE checks first.
pub(crate) fn refusal(violations: &Violations) -> Answer {
    let of_request: Vec<Detail> = violations
        .iter()
        .filter(|violation| !is_content(violation))
        .map(|violation| Detail::new(violation.property(), request_words(&violation.problem)))
        .collect();
    if !of_request.is_empty() {
        return Answer::request_invalid(&of_request);
    }
    let index = violations.iter().next().and_then(message_index).unwrap_or(0);
    let of_message: Vec<Detail> = violations
        .iter()
        .filter(|violation| message_index(violation) == Some(index))
        .map(|violation| Detail::new(content_path(violation), content_words(&violation.problem)))
        .collect();
    let message = format!("A message (messages[{index}]) in the request body is invalid");
    Answer::details(StatusCode::BAD_REQUEST, &message, &of_message)
}

/// Writes broken rules of a body that has no messages, such as a rich menu's.
pub(crate) fn refusal_of_body(violations: &Violations) -> Answer {
    let details = violations.iter();
    let details = details.map(|v| Detail::new(v.property(), content_words(&v.problem)));
    Answer::request_invalid(&details.collect::<Vec<_>>())
}

/// Whether a rule speaks of the content of a message.
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

/// The path inside the message: `/hero/url` in a Flex container, `template/columns/5/title` elsewhere.
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

fn request_words(problem: &Problem) -> String {
    match problem {
        Problem::Required => "May not be empty".into(),
        Problem::Length { rule, .. } => format!("Length must be between 0 and {}", rule.max),
        _ => words(problem),
    }
}

fn content_words(problem: &Problem) -> String {
    match problem {
        Problem::Required => "must be specified".into(),
        Problem::Length { rule, .. } => format!("must not be longer than {} characters", rule.max),
        _ => words(problem),
    }
}

/// The words that are the same in both dialects. Those of the last arm are ours.
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
