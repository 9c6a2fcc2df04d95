"""Pushes a text to one person, once, however often LINE has to be asked: python push.py USER_ID TEXT"""

import os
import sys
import uuid

from linebot.v3.messaging import ApiClient, Configuration, MessagingApi, PushMessageRequest, TextMessage
from linebot.v3.messaging.exceptions import ApiException

line = Configuration(
    host=os.environ.get("HIKYAKU_API_URL", "https://api.line.me"),
    access_token=os.environ["LINE_CHANNEL_ACCESS_TOKEN"],
)


def push(to, text, tries=3):
    key = str(uuid.uuid4())  # LINE acts on the first request with this key, and on no other
    message = PushMessageRequest(to=to, messages=[TextMessage(text=text)])
    with ApiClient(line) as client:
        for left in reversed(range(tries)):
            try:
                MessagingApi(client).push_message(message, x_line_retry_key=key)
                return
            except ApiException as error:
                if error.status == 409:
                    return  # accepted before: the answer had been lost
                if error.status < 500 or not left:
                    raise


if __name__ == "__main__":
    push(sys.argv[1], sys.argv[2])
