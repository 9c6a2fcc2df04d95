//! Tokens that are kept in a file.

use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use hikyaku::{
    TokenProvider,
    token::{AssertionKey, TokenFile},
};

use super::{
    PKCS8, key,
    line::{Line, push},
    secret, without_token,
};
use crate::server::{Server, answer};

/// LINE without delays, for tests whose files take real time.
fn prompt_line(life: u64) -> Line {
    let prompt = Line::new(life);
    prompt.set(|world| world.issuing_takes = Duration::ZERO);
    prompt
}

fn kept(file: &TokenFile) -> TokenProvider {
    TokenProvider::v2_1_kept(key(), Duration::from_secs(15 * 60), file.clone())
}

#[tokio::test]
async fn a_kept_token_serves_the_next_process_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = TokenFile::new(folder.path().join("tokens.json"));
    let line = prompt_line(900);
    push(&line.client(kept(&file))).await.unwrap();
    push(&line.client(kept(&file))).await.unwrap();
    assert_eq!(line.log(), ["issue at 0", "push T1", "push T1"]);
    let tokens = file.tokens().await.unwrap();
    assert_eq!(tokens.len(), 1);
    assert_eq!((tokens[0].channel_id.as_str(), tokens[0].key_id.as_str()), ("1234567890", "K1"));
    let left = tokens[0].expires_at.duration_since(SystemTime::now()).unwrap().as_secs();
    assert!((880..=900).contains(&left));
    // As a word: a time of day such as `T10:00` has the letters, too.
    let shown = format!("{tokens:?}");
    assert!(shown.split(|c: char| !c.is_alphanumeric()).all(|word| word != "T1"), "{shown}");
}

#[tokio::test]
async fn a_kept_token_near_its_end_is_left_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = TokenFile::new(folder.path().join("tokens.json"));
    let line = prompt_line(299);
    push(&line.client(kept(&file))).await.unwrap();
    line.set(|world| world.life = 900);
    push(&line.client(kept(&file))).await.unwrap();
    push(&line.client(kept(&file))).await.unwrap();
    assert_eq!(line.log(), ["issue at 0", "push T1", "issue at 0", "push T2", "push T2"]);
    let ids: Vec<_> = file.tokens().await.unwrap().into_iter().map(|t| t.key_id).collect();
    assert_eq!(ids, ["K1", "K2"]);
}

#[tokio::test]
async fn another_channels_token_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let file = TokenFile::new(folder.path().join("tokens.json"));
    let line = prompt_line(900);
    push(&line.client(kept(&file))).await.unwrap();
    let other = AssertionKey::from_pem("999", "KEY-ID", PKCS8).unwrap();
    let other = TokenProvider::v2_1_kept(other, Duration::from_secs(15 * 60), file.clone());
    push(&line.client(other)).await.unwrap();
    assert_eq!(line.log(), ["issue at 0", "push T1", "issue at 0", "push T2"]);
}

#[tokio::test]
async fn a_refused_token_is_no_longer_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = TokenFile::new(folder.path().join("tokens.json"));
    let line = prompt_line(900);
    push(&line.client(kept(&file))).await.unwrap();
    line.set(|world| {
        world.revoked.insert("T1".to_owned());
    });
    push(&line.client(kept(&file))).await.unwrap();
    assert_eq!(line.log(), ["issue at 0", "push T1", "push T1", "issue at 0", "push T2"]);
    let ids: Vec<_> = file.tokens().await.unwrap().into_iter().map(|t| t.key_id).collect();
    assert_eq!(ids, ["K2"]);
}

#[tokio::test]
async fn a_kept_token_is_revoked_by_its_key_id() {
    let folder = tempfile::tempdir().unwrap();
    let file = TokenFile::new(folder.path().join("tokens.json"));
    push(&prompt_line(900).client(kept(&file))).await.unwrap();

    let server = Server::start([answer(500, "{}"), answer(200, "")]).await;
    let client = without_token(&server);
    let error = file.revoke(&client, "1234567890", &secret(), "K2").await.unwrap_err();
    assert!(error.to_string().contains("no token of this key id"), "{error}");
    file.revoke(&client, "1234567890", &secret(), "K1").await.unwrap_err();
    assert_eq!(file.tokens().await.unwrap().len(), 1);
    file.revoke(&client, "1234567890", &secret(), "K1").await.unwrap();
    assert!(file.tokens().await.unwrap().is_empty());
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(
        requests[1].text().ends_with("client_id=1234567890&client_secret=SECRET&access_token=T1")
    );
}

#[cfg(unix)]
#[tokio::test]
async fn kept_tokens_are_their_owners_to_read() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.json");
    push(&prompt_line(900).client(kept(&TokenFile::new(&path)))).await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_file_of_something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.json");
    std::fs::write(&path, "{\"SECRET\":1}").unwrap();
    let file = TokenFile::new(&path);
    let line = prompt_line(900);
    let error = push(&line.client(kept(&file))).await.unwrap_err();
    assert!(error.to_string().contains("holds something else than kept tokens"), "{error}");
    assert!(!format!("{error:?}").contains("SECRET"), "{error:?}");
    assert!(line.log().is_empty());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"SECRET\":1}");
}

#[tokio::test]
async fn a_token_that_cannot_be_kept_is_used_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = TokenFile::new(folder.path().join("missing").join("tokens.json"));
    let line = prompt_line(900);
    push(&line.client(kept(&file))).await.unwrap();
    assert_eq!(line.log(), ["issue at 0", "push T1"]);
}

#[tokio::test]
async fn processes_that_start_together_issue_one_token() {
    let folder = tempfile::tempdir().unwrap();
    let file = TokenFile::new(folder.path().join("tokens.json"));
    let line = prompt_line(900);
    let clients: Vec<_> = (0..10).map(|_| line.client(kept(&file))).collect();
    for sent in join_all(clients.iter().map(push)).await {
        sent.unwrap();
    }
    let issued = line.log().iter().filter(|entry| entry.starts_with("issue")).count();
    assert_eq!((issued, file.tokens().await.unwrap().len()), (1, 1));

    // A refusal, too, is met by one new token.
    line.set(|world| {
        world.revoked.insert("T1".to_owned());
    });
    for sent in join_all(clients.iter().map(push)).await {
        sent.unwrap();
    }
    let issued = line.log().iter().filter(|entry| entry.starts_with("issue")).count();
    let ids: Vec<_> = file.tokens().await.unwrap().into_iter().map(|t| t.key_id).collect();
    assert_eq!((issued, ids), (1, vec!["K2".to_owned()]));
}
