//! What to put into one's program so that it calls the simulator, in several languages.

/// The languages, in their order.
pub(super) const LANGUAGES: [&str; 7] = ["Shell", "Python", "Node.js", "Go", "Java", "PHP", "Rust"];

/// Where a program has to go, and what it has to say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    pub(super) api_url: &'a str,
    pub(super) data_url: &'a str,
    pub(super) token: &'a str,
    pub(super) secret: &'a str,
}

/// The code for each of [`LANGUAGES`].
pub(super) fn of(target: Target<'_>) -> [String; LANGUAGES.len()] {
    let Target { api_url, data_url, token, secret } = target;
    [
        format!(
            "export HIKYAKU_API_URL={api_url}\nexport HIKYAKU_DATA_URL={data_url}\n\
             export HIKYAKU_MANAGER_URL={api_url}\n\
             export LINE_CHANNEL_ACCESS_TOKEN={token}\nexport LINE_CHANNEL_SECRET={secret}"
        ),
        format!(
            "from linebot.v3.messaging import ApiClient, Configuration, MessagingApi\n\n\
             configuration = Configuration(\n    host=\"{api_url}\",\n    \
             access_token=\"{token}\",\n)\nline = MessagingApi(ApiClient(configuration))"
        ),
        format!(
            "import {{ messagingApi }} from '@line/bot-sdk';\n\n\
             const client = new messagingApi.MessagingApiClient({{\n  \
             channelAccessToken: '{token}',\n  baseURL: '{api_url}',\n}});"
        ),
        format!(
            "import \"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api\"\n\n\
             client, err := messaging_api.NewMessagingApiAPI(\n\t\"{token}\",\n\t\
             messaging_api.WithEndpoint(\"{api_url}\"),\n)"
        ),
        format!(
            "import com.linecorp.bot.messaging.client.MessagingApiClient;\nimport java.net.URI;\n\n\
             var client = MessagingApiClient.builder(\"{token}\")\n    \
             .apiEndPoint(URI.create(\"{api_url}\"))\n    .build();"
        ),
        format!(
            "use LINE\\Clients\\MessagingApi\\Api\\MessagingApiApi;\n\
             use LINE\\Clients\\MessagingApi\\Configuration;\n\n\
             $config = (new Configuration())\n    ->setAccessToken('{token}')\n    \
             ->setHost('{api_url}');\n$client = new MessagingApiApi(config: $config);"
        ),
        format!(
            "let client = hikyaku::Client::builder(\"{token}\")\n    \
             .api_base_url(\"{api_url}\")\n    .data_base_url(\"{data_url}\")\n    .build()?;"
        ),
    ]
}
