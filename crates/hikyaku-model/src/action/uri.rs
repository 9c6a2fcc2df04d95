use serde::{Deserialize, Serialize};

use super::ActionPlace;
use crate::{
    Checker, Extra,
    limits::{self, Problem, Segment},
    setters::setters,
    union::{extra, tagged},
};

/// Opens a page, an app or a phone number.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#uri-action>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "uri", rename_all = "camelCase")]
#[non_exhaustive]
pub struct UriAction {
    /// The label, counted in grapheme clusters. The place sets its limit and whether it is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The URI to open: `http`, `https`, `line` or `tel`, at most 1,000 characters, percent-encoded.
    pub uri: String,
    /// The URI to open on a computer instead. Flex Messages only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_uri: Option<AltUri>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, UriAction>")]
    pub extra: Extra,
}

/// The URIs that a [`UriAction`] opens on devices other than phones.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#uri-action>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AltUri {
    /// The URI that LINE for computers opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desktop: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

tagged!(UriAction = "uri");

impl UriAction {
    /// Creates an action that opens this URI, without a label.
    pub fn new(uri: impl Into<String>) -> Self {
        Self { label: None, uri: uri.into(), alt_uri: None, extra: Extra::default() }
    }

    /// Sets another URI for computers.
    pub fn desktop(mut self, uri: impl Into<String>) -> Self {
        self.alt_uri = Some(AltUri { desktop: Some(uri.into()), extra: Extra::default() });
        self
    }

    pub(super) fn check(&self, place: ActionPlace, checker: &mut Checker) {
        checker.uri("uri", &self.uri, limits::LINK);
        let Some(alt_uri) = &self.alt_uri else { return };
        checker.at(Segment::Field("altUri"), |checker| {
            if place == ActionPlace::QuickReply {
                checker.report(Problem::Forbidden("a quick reply has none"));
            }
            checker.optional_uri("desktop", alt_uri.desktop.as_deref(), limits::LINK);
        });
    }
}

setters!(UriAction { into { label: String } });
