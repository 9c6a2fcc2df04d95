use hikyaku_model::limits::Length;

/// The name of an audience.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-upload-audience-group>
pub(super) const DESCRIPTION: Length = Length::utf16(120);

/// The name of one upload.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-upload-audience-group>
pub(super) const UPLOAD_DESCRIPTION: Length = Length::utf16(300).or_empty();
