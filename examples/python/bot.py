"""A bot that says what it hears, made with LINE's own SDK. README.md beside it says how to run and test it."""

import os

from flask import Flask, abort, request
from linebot.v3 import WebhookHandler
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import ApiClient, Configuration, MessagingApi, ReplyMessageRequest, TextMessage
from linebot.v3.webhooks import MessageEvent, TextMessageContent

app = Flask(__name__)
handler = WebhookHandler(os.environ["LINE_CHANNEL_SECRET"])
line = Configuration(
    host=os.environ.get("HIKYAKU_API_URL", "https://api.line.me"),
    access_token=os.environ["LINE_CHANNEL_ACCESS_TOKEN"],
)


@app.post("/callback")
def callback():
    try:
        handler.handle(request.get_data(as_text=True), request.headers.get("X-Line-Signature", ""))
    except InvalidSignatureError:
        abort(400)
    return "OK"


@handler.add(MessageEvent, message=TextMessageContent)
def echo(event):
    answer = ReplyMessageRequest(reply_token=event.reply_token, messages=[TextMessage(text=event.message.text)])
    with ApiClient(line) as client:
        MessagingApi(client).reply_message(answer)


if __name__ == "__main__":
    app.run(port=8000)
