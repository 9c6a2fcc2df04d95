//! Webhooks of GitHub, and of what speaks as it does.

use ring::hmac;

use super::{
    field::{Object, Wrong, json},
    short::{TEXT, first_line, line, lines, link},
};

/// The most commits of a push that are told one by one.
const MOST: usize = 5;

/// Whether a body was signed with this secret: `sha256=` and the hexadecimal digits of an HMAC.
///
/// Source: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>
pub(super) fn is_signed(secret: &str, signature: &str, body: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = signature.strip_prefix("sha256=").and_then(bytes_of_hex);
    tag.is_some_and(|tag| hmac::verify(&key, body, &tag).is_ok())
}

fn bytes_of_hex(digits: &str) -> Option<Vec<u8>> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16).and_then(|it| u8::try_from(it).ok());
    let digits = digits.as_bytes();
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? * 16 + digit(low)?),
        _ => None,
    };
    digits.chunks(2).map(pair).collect()
}

/// Reads a webhook; nothing where there is nothing to tell: a run that has only begun, a label that was set.
///
/// Source: <https://docs.github.com/en/webhooks/webhook-events-and-payloads>
pub(super) fn read(event: &str, body: &[u8]) -> Result<Option<String>, Wrong> {
    if event.is_empty() {
        return Err(Wrong::new("X-GitHub-Event", "must not be empty"));
    }
    let body = json(body)?;
    let body = Object::of(&body)?;
    let told = Told { body: &body, place: place(&body)?, who: who(&body)? };
    match event {
        "ping" => Ok(Some(line(&format!("✅ {}: GitHub reaches LINE", told.place)))),
        "push" => told.push(),
        "pull_request" => told.pull_request(),
        "issues" => told.item("issue", "issue", &["opened", "closed", "reopened"]),
        "issue_comment" => told.comment("issue", &["created"]),
        "pull_request_review_comment" => told.comment("pull_request", &["created"]),
        "pull_request_review" => told.review(),
        "release" => told.release(),
        "workflow_run" | "check_run" | "check_suite" | "workflow_job" => told.run(event),
        // What nobody can act on, and comes several times for one thing.
        "status" | "deployment_status" if body.text("state")? == "pending" => Ok(None),
        event => told.other(event),
    }
}

/// The repository or, where an event is of none, the organization.
fn place<'a>(body: &Object<'a>) -> Result<&'a str, Wrong> {
    match (body.object("repository")?, body.object("organization")?) {
        (Some(repository), _) => repository.needed_text("full_name"),
        (None, Some(organization)) => organization.needed_text("login"),
        (None, None) => Err(body.wrong("repository", "is missing")),
    }
}

fn who<'a>(body: &Object<'a>) -> Result<&'a str, Wrong> {
    body.object("sender")?.map_or(Ok("somebody"), |it| it.needed_text("login"))
}

struct Told<'a> {
    body: &'a Object<'a>,
    place: &'a str,
    who: &'a str,
}

impl Told<'_> {
    fn push(&self) -> Result<Option<String>, Wrong> {
        let Self { body, place, who } = self;
        let (kind, name) = match body.needed_text("ref")? {
            branch if branch.starts_with("refs/heads/") => ("branch", branch.get(11..)),
            tag if tag.starts_with("refs/tags/") => ("tag", tag.get(10..)),
            other => ("ref", Some(other)),
        };
        let name = name.unwrap_or_default();
        if body.flag("deleted")? {
            return Ok(Some(line(&format!("{place}: {who} deleted {kind} {name}"))));
        }
        let commits = body.objects("commits")?;
        if commits.is_empty() {
            let did = if body.flag("created")? { "created" } else { "moved" };
            return Ok(Some(line(&format!("{place}: {who} {did} {kind} {name}"))));
        }
        let (count, s) = (commits.len(), if commits.len() == 1 { "" } else { "s" });
        let force = if body.flag("forced")? { "force-" } else { "" };
        let mut text =
            vec![line(&format!("{place}: {who} {force}pushed {count} commit{s} to {name}"))];
        for commit in commits.iter().take(MOST) {
            text.push(format!("• {}", first_line(commit.text("message")?)));
        }
        if count > MOST {
            text.push(format!("… and {} more", count - MOST));
        }
        text.extend(link(body.text("compare")?).map(str::to_owned));
        Ok(Some(lines(&text, TEXT)))
    }

    fn pull_request(&self) -> Result<Option<String>, Wrong> {
        let is_merged = self.body.needed_object("pull_request")?.flag("merged")?;
        let action = match self.body.needed_text("action")? {
            "closed" if is_merged => "merged",
            "ready_for_review" => "opened",
            action => action,
        };
        if !["opened", "closed", "reopened", "merged"].contains(&action) {
            return Ok(None);
        }
        self.item_that("pull_request", "pull request", action).map(Some)
    }

    fn item(&self, field: &str, kind: &str, told: &[&str]) -> Result<Option<String>, Wrong> {
        let action = self.body.needed_text("action")?;
        if !told.contains(&action) {
            return Ok(None);
        }
        self.item_that(field, kind, action).map(Some)
    }

    /// `octo/hello: mona opened pull request #7`, its title and its address.
    fn item_that(&self, field: &str, kind: &str, did: &str) -> Result<String, Wrong> {
        let Self { body, place, who } = self;
        let item = body.needed_object(field)?;
        let head = line(&format!("{place}: {who} {did} {kind} #{}", number(&item)?));
        let url = link(item.text("html_url")?).unwrap_or_default();
        Ok(lines(&[head.as_str(), &line(item.text("title")?), url], TEXT))
    }

    fn comment(&self, field: &str, told: &[&str]) -> Result<Option<String>, Wrong> {
        let Self { body, place, who } = self;
        if !told.contains(&body.needed_text("action")?) {
            return Ok(None);
        }
        let (item, comment) = (body.needed_object(field)?, body.needed_object("comment")?);
        let title = item.text("title")?;
        let head = line(&format!("{place}: {who} commented on #{}: {title}", number(&item)?));
        let url = link(comment.text("html_url")?).unwrap_or_default();
        Ok(Some(lines(&[head.as_str(), &line(comment.text("body")?), url], TEXT)))
    }

    fn review(&self) -> Result<Option<String>, Wrong> {
        let Self { body, place, who } = self;
        if body.needed_text("action")? != "submitted" {
            return Ok(None);
        }
        let (item, review) = (body.needed_object("pull_request")?, body.needed_object("review")?);
        let did = match review.needed_text("state")? {
            "approved" => "✅ approved",
            "changes_requested" => "❌ asked for changes in",
            _ => "reviewed",
        };
        let head = line(&format!("{place}: {who} {did} #{}", number(&item)?));
        let url = link(review.text("html_url")?).unwrap_or_default();
        Ok(Some(lines(&[head.as_str(), &line(review.text("body")?), url], TEXT)))
    }

    fn release(&self) -> Result<Option<String>, Wrong> {
        let Self { body, place, who } = self;
        // One release is released, created and published: three webhooks.
        if body.needed_text("action")? != "published" {
            return Ok(None);
        }
        let release = body.needed_object("release")?;
        let head = line(&format!("{place}: {who} released {}", release.text("tag_name")?));
        let url = link(release.text("html_url")?).unwrap_or_default();
        Ok(Some(lines(&[head.as_str(), &line(release.text("name")?), url], TEXT)))
    }

    /// A run of CI that has ended.
    fn run(&self, event: &str) -> Result<Option<String>, Wrong> {
        let Self { body, place, .. } = self;
        if body.needed_text("action")? != "completed" {
            return Ok(None);
        }
        let run = body.needed_object(event)?;
        let (sign, conclusion) = match run.needed_text("conclusion")? {
            "success" => ("✅", "success"),
            conclusion @ ("skipped" | "neutral" | "cancelled" | "stale") => ("⚪", conclusion),
            conclusion => ("❌", conclusion),
        };
        let name = run.text("name")?;
        let branch = match run.text("head_branch")? {
            "" => String::new(),
            branch => format!(" on {branch}"),
        };
        let head = line(&format!("{sign} {place}: {name} {conclusion}{branch}"));
        let title = first_line(run.text("display_title")?);
        let url = link(run.text("html_url")?).unwrap_or_default();
        Ok(Some(lines(&[head.as_str(), &title, url], TEXT)))
    }

    /// An event that this gateway knows by its name alone.
    fn other(&self, event: &str) -> Result<Option<String>, Wrong> {
        let Self { body, place, who } = self;
        let action = body.text("action")?;
        let event = event.replace('_', " ");
        Ok(Some(line(&format!("{place}: {event} {action} by {who}"))))
    }
}

fn number(item: &Object<'_>) -> Result<i64, Wrong> {
    item.number("number")?.ok_or_else(|| item.wrong("number", "is missing"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(of: &Value) -> Value {
        let mut body = json!({
            "repository": { "id": 1, "full_name": "octo/hello", "private": false },
            "sender": { "login": "mona", "id": 2, "type": "User" }
        });
        body.as_object_mut().unwrap().extend(of.as_object().unwrap().clone());
        body
    }

    fn told(name: &str, of: &Value) -> Option<String> {
        read(name, event(of).to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_signature_is_of_the_secret_and_the_body() {
        // GitHub's own example.
        let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let secret = "It's a Secret to Everybody";
        assert!(is_signed(secret, signature, b"Hello, World!"));
        assert!(!is_signed(secret, signature, b"Hello, World?"));
        assert!(!is_signed("another", signature, b"Hello, World!"));
        for wrong in ["", "sha256=", "sha256=7", "sha256=zz", "sha1=757107", &signature[..70]] {
            assert!(!is_signed(secret, wrong, b"Hello, World!"), "{wrong}");
        }
    }

    #[test]
    fn a_push_tells_its_commits() {
        let commit = |message: &str| json!({ "id": "0d1a26e6", "message": message, "author": { "name": "Mona" } });
        let commits = [commit("Mend the door\n\nIt was open."), commit("Paint it")];
        let compare = "https://github.com/octo/hello/compare/6113728f27ae...0d1a26e67d8f";
        let push = json!({ "ref": "refs/heads/main", "before": "6113728f", "after": "0d1a26e6", "created": false,
            "deleted": false, "forced": false, "compare": compare, "commits": commits, "pusher": { "name": "mona" } });
        assert_eq!(
            told("push", &push).unwrap(),
            format!(
                "octo/hello: mona pushed 2 commits to main\n• Mend the door\n• Paint it\n{compare}"
            )
        );
        let deleted = json!({ "ref": "refs/heads/old", "deleted": true, "commits": [] });
        assert_eq!(told("push", &deleted).unwrap(), "octo/hello: mona deleted branch old");
        let tag = json!({ "ref": "refs/tags/v1", "created": true, "commits": [] });
        assert_eq!(told("push", &tag).unwrap(), "octo/hello: mona created tag v1");
    }

    #[test]
    fn events_become_short_texts_and_noise_none() {
        let pull = |action: &str, merged: bool| {
            json!({ "action": action, "number": 7,
            "pull_request": { "number": 7, "title": "Open the door", "html_url": "https://github.com/octo/hello/pull/7", "merged": merged } })
        };
        let url = "https://github.com/octo/hello/pull/7";
        assert_eq!(
            told("pull_request", &pull("closed", true)).unwrap(),
            format!("octo/hello: mona merged pull request #7\nOpen the door\n{url}")
        );
        assert_eq!(told("pull_request", &pull("synchronize", false)), None);
        let run = |action: &str, conclusion: Value| {
            json!({ "action": action, "workflow_run": { "name": "CI", "head_branch": "main",
            "display_title": "Paint it", "status": action, "conclusion": conclusion, "html_url": "https://github.com/octo/hello/actions/runs/1" } })
        };
        assert_eq!(
            told("workflow_run", &run("completed", json!("failure"))).unwrap(),
            "❌ octo/hello: CI failure on main\nPaint it\nhttps://github.com/octo/hello/actions/runs/1"
        );
        assert_eq!(told("workflow_run", &run("requested", json!(null))), None);
        let comment = json!({ "action": "created", "issue": { "number": 3, "title": "It creaks" },
            "comment": { "body": "Oil\nhelps", "html_url": "https://github.com/octo/hello/issues/3#issuecomment-1" } });
        assert_eq!(
            told("issue_comment", &comment).unwrap(),
            "octo/hello: mona commented on #3: It creaks\nOil helps\nhttps://github.com/octo/hello/issues/3#issuecomment-1"
        );
        assert_eq!(
            told("star", &json!({ "action": "created" })).unwrap(),
            "octo/hello: star created by mona"
        );
        let ping = json!({ "zen": "Keep it logically awesome.", "hook_id": 1 });
        assert_eq!(told("ping", &ping).unwrap(), "✅ octo/hello: GitHub reaches LINE");
    }

    #[test]
    fn what_is_no_event_is_told_by_its_field() {
        for (name, body, why) in [
            ("", "{}", "X-GitHub-Event: must not be empty"),
            ("push", "{}", "repository: is missing"),
            ("push", r#"{"repository":{"full_name":1}}"#, "repository.full_name: must be a text"),
            ("push", r#"{"repository":{"full_name":"a/b"}}"#, "ref: must not be empty"),
            (
                "issues",
                r#"{"repository":{"full_name":"a/b"},"action":"opened"}"#,
                "issue: is missing",
            ),
            (
                "issues",
                r#"{"repository":{"full_name":"a/b"},"action":"opened","issue":{}}"#,
                "issue.number: is missing",
            ),
        ] {
            assert_eq!(read(name, body.as_bytes()).unwrap_err().0, why, "{name} {body}");
        }
    }
}
