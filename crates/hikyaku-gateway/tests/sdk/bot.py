# A bot with LINE's official SDK for Python, whose host is the gateway. Prints what its calls give, as JSON.
import json
import os
import uuid

from linebot.v3.messaging import (
    ApiClient,
    ApiException,
    BroadcastRequest,
    Configuration,
    MessagingApi,
    MulticastRequest,
    NarrowcastRequest,
    PushMessageRequest,
    ReplyMessageRequest,
    TextMessage,
)

bot = json.loads(os.environ["BOT"])
configuration = Configuration(host=bot["url"], access_token=bot["key"])  # the one line that changes
said = {}
with ApiClient(configuration) as client:
    api = MessagingApi(client)

    def push(text, **options):
        request = PushMessageRequest(to=bot["user"], messages=[TextMessage(text=text)])
        return api.push_message_with_http_info(request, **options)

    if bot["down"]:
        answer = push("while LINE is down")
        said["push"] = [answer.status_code, answer.headers["x-line-request-id"]]
    else:
        key = str(uuid.uuid4())
        answer = push("push", x_line_retry_key=key)
        said["push"] = answer.data.to_dict()
        try:
            push("push", x_line_retry_key=key)
        except ApiException as error:
            said["repeat"] = [error.status, error.headers["x-line-accepted-request-id"] == answer.headers["x-line-request-id"]]
        reply = ReplyMessageRequest(reply_token=bot["replyToken"], messages=[TextMessage(text="reply")])
        said["reply"] = api.reply_message(reply).to_dict()
        api.multicast(MulticastRequest(to=[bot["user"]], messages=[TextMessage(text="multicast")]))
        api.broadcast(BroadcastRequest(messages=[TextMessage(text="broadcast")]))
        api.narrowcast(NarrowcastRequest(messages=[TextMessage(text="narrowcast")]))
        said["profile"] = api.get_profile(bot["user"]).display_name
print(json.dumps(said))
