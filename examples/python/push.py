"""Pushes a text to one person, once, however often LINE has to be asked: python push.py USER_ID TEXT"""

import os
import random
import sys
import time
import uuid

from linebot.v3.messaging import ApiClient, Configuration, MessagingApi, PushMessageRequest, TextMessage
from linebot.v3.messaging.exceptions import ApiException
from urllib3.exceptions import HTTPError

line = Configuration(
    host=os.environ.get("HIKYAKU_API_URL", "https://api.line.me"),
    access_token=os.environ["LINE_CHANNEL_ACCESS_TOKEN"],
)


def push(to, text, tries=4, timeout=10):
    key = str(uuid.uuid4())  # LINE acts on the first request with this key, and on no other
    message = PushMessageRequest(to=to, messages=[TextMessage(text=text)])
    with ApiClient(line) as client:
        for attempt in range(1, tries + 1):
            try:
                MessagingApi(client).push_message(message, x_line_retry_key=key, _request_timeout=timeout)
                return
            except ApiException as error:
                if error.status == 409:
                    return  # accepted before: the answer had been lost
                if error.status < 500 or attempt == tries:
                    raise
            except HTTPError:  # no whole answer came, so nobody knows whether LINE has acted
                if attempt == tries:
                    raise
            time.sleep(2**attempt * 0.25 * random.random())


if __name__ == "__main__":
    push(sys.argv[1], sys.argv[2])
