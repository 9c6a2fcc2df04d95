//! The server side of LINE MINI Apps: service messages and purchases.

pub(super) mod purchase;
pub(super) mod service;

use super::Auth;
use crate::state::token::TokenKind;

/// Who may call: with a short-lived or stateless token of the LINE MINI App's channel.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#issue-notification-token>
const CALLERS: Auth = Auth::Login(&[TokenKind::ShortLived, TokenKind::Stateless]);
