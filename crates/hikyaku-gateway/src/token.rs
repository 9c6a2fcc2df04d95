//! Access tokens, and their stored hashes.

use std::fmt;

use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};

use crate::Error;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const DIGITS: &[u8; 10] = b"0123456789";

/// The alphabet of the codes that people type: no two characters look alike.
const CODE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The length of a code that people type.
const CODE: usize = 8;

/// As long as LINE Notify's own: scripts and secret scanners look for this length.
const LENGTH: usize = 43;

/// An access token for scripts: 43 letters and digits. It is shown once and stored as a keyed hash.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(String);

impl AccessToken {
    /// Creates a token of 256 random bits.
    ///
    /// # Errors
    /// The operating system provides no random numbers.
    pub fn new() -> Result<Self, Error> {
        Ok(Self(letters(LENGTH)?))
    }

    /// Imports a token that LINE Notify had issued, so that a script changes only its host.
    ///
    /// # Errors
    /// The token does not consist of 43 letters and digits.
    pub fn import(token: &str) -> Result<Self, Error> {
        if token.len() == LENGTH && token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            Ok(Self(token.to_owned()))
        } else {
            Err(Error::new("an access token has 43 letters and digits"))
        }
    }

    /// Returns the token itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(redacted)")
    }
}

/// Returns this many random letters and digits.
pub(crate) fn letters(length: usize) -> Result<String, Error> {
    // 248 = 4 * 62: each letter is as likely as any other.
    random(length, |byte| if byte < 248 { ALPHABET.get(usize::from(byte % 62)) } else { None })
}

/// Returns this many random digits.
pub(crate) fn digits(length: usize) -> Result<String, Error> {
    random(length, |byte| if byte < 250 { DIGITS.get(usize::from(byte % 10)) } else { None })
}

fn random(length: usize, letter: fn(u8) -> Option<&'static u8>) -> Result<String, Error> {
    let random = SystemRandom::new();
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let mut bytes = [0; 64];
        random.fill(&mut bytes).map_err(|_| Error::fault("the system has no randomness"))?;
        let letters = bytes.iter().filter_map(|byte| letter(*byte));
        text.extend(letters.take(length - text.len()).map(|letter| char::from(*letter)));
    }
    Ok(text)
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.filter_map(|half| char::from_digit(half.into(), 16)).collect()
}

/// A code that people type in a chat, as it is kept and compared: without blanks and hyphens, in capitals. Nothing for any
/// other text.
pub(crate) fn typed_code(text: &str) -> Option<String> {
    let letters = text.trim().chars().filter(|letter| !matches!(letter, ' ' | '-'));
    let code: String = letters.take(CODE + 1).map(|it| it.to_ascii_uppercase()).collect();
    let is_code = code.len() == CODE && code.bytes().all(|byte| CODE_ALPHABET.contains(&byte));
    is_code.then_some(code)
}

/// A code as it is shown: with a hyphen in the middle.
pub(crate) fn shown_code(code: &str) -> String {
    let (start, end) = code.split_at_checked(CODE / 2).unwrap_or((code, ""));
    format!("{start}-{end}")
}

/// What a hash is of, so that what is one kind of secret is never another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretKind {
    Token,
    ClientSecret,
    AuthorizationCode,
    Flow,
    Browser,
    LinkCode,
    Answer,
    Picture,
    /// A picture that came with an API key.
    KeyPicture,
    ApiKey,
    /// The number of a token, whose webhooks GitHub signs.
    GitHub,
    /// What a browser has whose person is known.
    Session,
    /// What begins a session, once.
    SignIn,
    /// The `state` of a login with LINE.
    Login,
    LoginNonce,
    LoginVerifier,
    /// What forms of a session prove themselves by.
    Form,
    /// What was previewed and is to be confirmed.
    Confirm,
    /// The number of a delivery, which is no secret: what stands beside it in an id is.
    Delivery,
}

impl SecretKind {
    fn as_bytes(self) -> &'static [u8] {
        match self {
            Self::Token => b"token:",
            Self::ClientSecret => b"client-secret:",
            Self::AuthorizationCode => b"code:",
            Self::Flow => b"flow:",
            Self::Browser => b"browser:",
            Self::LinkCode => b"link:",
            Self::Answer => b"answer:",
            Self::Picture => b"picture:",
            Self::KeyPicture => b"key-picture:",
            Self::ApiKey => b"api-key:",
            Self::GitHub => b"github:",
            Self::Session => b"session:",
            Self::SignIn => b"sign-in:",
            Self::Login => b"login:",
            Self::LoginNonce => b"login-nonce:",
            Self::LoginVerifier => b"login-verifier:",
            Self::Form => b"form:",
            Self::Confirm => b"confirm:",
            Self::Delivery => b"delivery:",
        }
    }
}

/// Turns secrets into what is kept of them. The key is the store's own, so a hash tells nothing elsewhere.
#[derive(Clone)]
pub(crate) struct Hasher(hmac::Key);

impl Hasher {
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// A secret is found by its hash, so how long a search takes tells nothing about the secrets that there are.
    pub(crate) fn hash(&self, kind: SecretKind, secret: &str) -> Vec<u8> {
        self.sign(kind.as_bytes(), secret).as_ref().to_vec()
    }

    /// The hash of bytes, of which all but the last piece have a length that is always the same.
    pub(crate) fn hash_bytes(&self, kind: SecretKind, pieces: &[&[u8]]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(kind.as_bytes());
        for piece in pieces {
            context.update(piece);
        }
        context.sign().as_ref().to_vec()
    }

    /// The hash in hexadecimal digits, to be shown where the secret must not be.
    pub(crate) fn hex(&self, kind: SecretKind, secret: &str) -> String {
        let half = |half: u8| char::from_digit(half.into(), 16);
        let bytes = self.hash(kind, secret);
        bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(half).collect()
    }

    /// Whether a hash is a secret's, in a time that does not tell how much of it is.
    pub(crate) fn is_of(&self, kind: SecretKind, secret: &str, hash: &[u8]) -> bool {
        let signed = [kind.as_bytes(), secret.as_bytes()].concat();
        hmac::verify(&self.0, &signed, hash).is_ok()
    }

    /// The code that people type for a flow, which follows from its secret: 40 bits.
    pub(crate) fn link_code(&self, flow: &str) -> String {
        let signed = self.sign(b"code-of-flow:", flow);
        let letter = |byte: &u8| CODE_ALPHABET.get(usize::from(byte % 32)).copied();
        signed.as_ref().iter().take(CODE).filter_map(letter).map(char::from).collect()
    }

    fn sign(&self, kind: &[u8], secret: &str) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(kind);
        context.update(secret.as_bytes());
        context.sign()
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher")
    }
}

/// A key for a new store.
pub(crate) fn new_key() -> Result<[u8; 32], Error> {
    let mut key = [0; 32];
    SystemRandom::new().fill(&mut key).map_err(|_| Error::fault("the system has no randomness"))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_line_notifys_form_and_differ() {
        let (one, other) = (AccessToken::new().unwrap(), AccessToken::new().unwrap());
        assert_ne!(one, other);
        assert_eq!(AccessToken::import(one.expose()).unwrap(), one);
        for wrong in ["", "short", &"x".repeat(44), &"-".repeat(43)] {
            assert!(AccessToken::import(wrong).is_err(), "{wrong}");
        }
        assert!(!format!("{one:?}").contains(one.expose()));
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        let hasher = Hasher::new(&new_key().unwrap());
        let code = hasher.link_code("flow");
        assert_eq!(code, hasher.link_code("flow"));
        assert_ne!(code, hasher.link_code("other"));
        let shown = shown_code(&code);
        for typed in [shown.clone(), format!(" {} ", shown.to_lowercase()), code.clone()] {
            assert_eq!(typed_code(&typed).as_deref(), Some(code.as_str()), "{typed}");
        }
        for none in ["", "hello", "ABCD-EFG", "ABCD-EFGHJ", "ABCD-EFG1", "ＡBCDEFGH"] {
            assert_eq!(typed_code(none), None, "{none}");
        }
        assert!(digits(6).unwrap().bytes().all(|byte| byte.is_ascii_digit()));
        let hash = hasher.hash(SecretKind::Token, "a");
        assert!(hasher.is_of(SecretKind::Token, "a", &hash));
        assert!(!hasher.is_of(SecretKind::Answer, "a", &hash));
    }
}
