use std::fmt::Write;

use bytes::Bytes;
use hikyaku_model::ChannelSecret;
use percent_encoding::utf8_percent_encode;

use crate::target::VALUE;

/// Names and values encoded as `application/x-www-form-urlencoded`, in order.
///
/// A blank is `%20`: unlike `+`, it means the same in a query, in a body, and to servers that decode by hand.
#[derive(Default)]
pub(crate) struct Form(String);

impl Form {
    pub(crate) const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

    pub(crate) fn field(mut self, name: &str, value: &str) -> Self {
        let separator = if self.0.is_empty() { "" } else { "&" };
        let value = utf8_percent_encode(value, VALUE);
        write!(self.0, "{separator}{name}={value}").expect("a string takes all");
        self
    }

    /// Adds a channel's id and secret under OAuth's names.
    pub(crate) fn channel(self, id: &str, secret: &ChannelSecret) -> Self {
        self.field("client_id", id).field("client_secret", secret.expose())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        self.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_gives_meaning_to_is_encoded() {
        let form = Form::default().field("message", "a b+c&d=é\n").field("n", "1");
        assert_eq!(form.as_str(), "message=a%20b%2Bc%26d%3D%C3%A9%0A&n=1");
    }
}
