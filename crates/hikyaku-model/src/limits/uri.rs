use super::{Checker, Length, Problem, Segment};

/// The rule for a URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uri {
    /// The maximum number of characters.
    pub max: usize,
    /// The allowed schemes.
    pub schemes: &'static [&'static str],
}

/// The URL of an image, a video or audio: HTTPS, at most 2,000 characters.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#image-message>
pub const MEDIA_URL: Uri = Uri { max: 2000, schemes: &["https"] };

/// The URI opened on a tap: at most 1,000 characters.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#uri-action>
pub const LINK: Uri = Uri { max: 1000, schemes: &["http", "https", "line", "tel"] };

impl Uri {
    /// Checks a URI against this rule, and that it is percent-encoded.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#url-encoding>
    pub fn check(self, uri: &str, checker: &mut Checker) {
        if uri.is_empty() {
            return checker.report(Problem::Required);
        }
        let length = Length::utf16(self.max);
        if let Some(actual) = length.broken_by(uri) {
            checker.report(Problem::Length { rule: length, actual });
        }
        let Some((scheme, rest)) = uri.split_once(':').filter(|(scheme, _)| is_scheme(scheme))
        else {
            return checker.report(Problem::Uri);
        };
        if !is_encoded(rest) || !has_host(scheme, rest) {
            checker.report(Problem::Uri);
        }
        if !self.schemes.iter().any(|allowed| allowed.eq_ignore_ascii_case(scheme)) {
            checker.report(Problem::UriScheme(self.schemes));
        }
    }
}

impl Checker {
    /// Checks the URI in a field.
    pub fn uri(&mut self, field: &'static str, uri: &str, rule: Uri) {
        self.at(Segment::Field(field), |checker| rule.check(uri, checker));
    }

    /// Checks an optional URI.
    pub fn optional_uri(&mut self, field: &'static str, uri: Option<&str>, rule: Uri) {
        if let Some(uri) = uri {
            self.uri(field, uri, rule);
        }
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn has_host(scheme: &str, rest: &str) -> bool {
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return !rest.is_empty();
    }
    rest.strip_prefix("//")
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':']))
}

/// Returns whether a text has only characters that RFC 3986 allows in a URI, and whether every `%` begins an escape.
fn is_encoded(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let allowed = match byte {
            b'%' => [bytes.next(), bytes.next()]
                .iter()
                .all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit())),
            _ => byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&byte),
        };
        if !allowed {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(uri: &str) -> Vec<Problem> {
        let mut checker = Checker::default();
        LINK.check(uri, &mut checker);
        match checker.finish() {
            Ok(()) => Vec::new(),
            Err(all) => all.iter().map(|violation| violation.problem.clone()).collect(),
        }
    }

    #[test]
    fn uris_that_line_opens_are_allowed() {
        for uri in [
            "https://example.com",
            "HTTP://example.com/a?b=%E3%81%82#c",
            "line://app/1234-abcd",
            "tel:+81312345678",
            "https://[::1]:8080/?a[]=1",
        ] {
            assert_eq!(problems(uri), [], "{uri}");
        }
    }

    #[test]
    fn each_fault_of_a_uri_is_named() {
        assert_eq!(problems(""), [Problem::Required]);
        for uri in [
            "example.com/a",
            "https:example.com",
            "https://",
            "https:///path",
            "https://example.com/あ",
            "https://example.com/a b",
            "https://example.com/%e",
            "https://example.com/%zz",
            "1https://example.com",
            "tel:",
        ] {
            assert_eq!(problems(uri), [Problem::Uri], "{uri}");
        }
        assert_eq!(problems("javascript:alert(1)"), [Problem::UriScheme(LINK.schemes)]);
        let long = format!("https://example.com/{}", "a".repeat(981));
        assert_eq!(problems(&long), [Problem::Length { rule: Length::utf16(1000), actual: 1001 }]);
        let both = "ftp://example.com/あ";
        assert_eq!(problems(both), [Problem::Uri, Problem::UriScheme(LINK.schemes)]);
    }
}
