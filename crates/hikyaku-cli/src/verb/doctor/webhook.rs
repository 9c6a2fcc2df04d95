//! Checks the webhook URL, and whether webhooks arrive.

use hikyaku::{Answer, Error, ErrorKind, WebhookEndpoint, WebhookTest};

use super::Finding;

const WEBHOOK: &str = "webhook";

pub(super) fn endpoint(endpoint: Result<Answer<Option<WebhookEndpoint>>, Error>) -> Finding {
    let endpoint = match endpoint {
        Ok(endpoint) => endpoint.into_inner(),
        Err(why) => return Finding::not_told(WEBHOOK, &why),
    };
    match endpoint {
        None => Finding::warning(
            WEBHOOK,
            "no URL is set: the bot sends, and hears nothing",
            "if it is to hear: hikyaku api setWebhookEndpoint --body '{\"endpoint\":\"https://…\"}'",
        ),
        Some(WebhookEndpoint { endpoint, active: false, .. }) => Finding::problem(
            WEBHOOK,
            format!("{endpoint} is set, and webhooks are off"),
            "turn on \"Use webhook\" on the channel's tab \"Messaging API\" at https://developers.line.biz/console/",
        ),
        Some(WebhookEndpoint { endpoint, .. }) => {
            Finding::ok(WEBHOOK, format!("{endpoint} is set"))
        }
    }
}

pub(super) fn test(test: Result<Answer<WebhookTest>, Error>) -> Finding {
    let test = match test {
        Ok(test) => test.into_inner(),
        Err(why) if why.kind() == ErrorKind::Rejected => {
            return Finding::problem(
                WEBHOOK,
                format!("LINE does not call that URL: {why}"),
                "set a URL that begins with https:// and whose name the whole Internet resolves",
            );
        }
        Err(why) => return Finding::not_told(WEBHOOK, &why),
    };
    if test.success == Some(true) {
        return Finding::ok(WEBHOOK, format!("the bot answers LINE with {}", test.status_code));
    }
    let next = match (test.reason.as_str(), test.status_code) {
        ("COULD_NOT_CONNECT", _) => {
            "see that the server can be reached from the Internet, with a certificate that a public authority signed and its \
             whole chain"
        }
        ("REQUEST_TIMEOUT", _) => {
            "answer 200 first, and work afterwards: LINE does not wait for long"
        }
        ("ERROR_STATUS_CODE", 400 | 401 | 403) => {
            "see that the bot has this channel's secret, verifies the body as it came, and stands behind no login"
        }
        ("ERROR_STATUS_CODE", 404 | 405) => {
            "compare the path of the URL with the bot's, which takes a POST"
        }
        ("ERROR_STATUS_CODE", 300..=399) => {
            "set the address that it redirects to: LINE does not follow"
        }
        ("ERROR_STATUS_CODE", _) => {
            "see the bot's log; a webhook without events is to be answered with 200, too"
        }
        _ => "see the bot's log, and try `hikyaku webhook send` against it",
    };
    Finding::problem(
        WEBHOOK,
        format!("LINE calls the bot, and that fails: {} {}", test.reason, test.detail),
        next,
    )
}
