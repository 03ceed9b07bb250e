"""Run by test_pten with the public SDK pten on its path: drives a simulator, prints what it got as one JSON object."""

import json
import os
import sys

import requests
from pten.base_api import ApiException
from pten.keys import Keys
from pten.wwapi import CORP_API_TYPE, CorpApi
from pten.wwcontact import Contact
from pten.wwcrypt import WXBizMsgCrypt
from pten.wwmessager import AppMsgSender


def messages(keys):
    sender = AppMsgSender(keys=keys)
    card = {"card_type": "text_notice", "main_title": {"title": "今日榜单"}, "card_action": {"type": 1, "url": "https://a.cn"}}
    return {
        "text": sender.send_text("你好", touser=["lixiaomei"]),
        "markdown": sender.send_markdown("**榜单**", touser=["lixiaomei", "zhouting"]),
        "news": sender.send_news("新品", "羽绒服", "https://a.cn/x", "https://a.cn/x.png", touser=["lixiaomei"]),
        "card": sender.send_card("标题", "描述", "https://a.cn/y", touser=["lixiaomei"]),
        "template": sender.send_template_card(card, touser=["lixiaomei"]),
    }


def errcode_of(call, *given, **named):
    """How a call ended whose shape the platform's pages do not know."""
    try:
        return call(*given, **named)["errcode"]
    except ApiException as refused:
        return refused.errCode


def contacts(keys, secret):
    book = Contact(keys=keys, contact_sync_secret=secret)
    return {
        "department": book.create_department("快闪店", 11, id=900),
        "user": book.create_user("pten01", "彭腾", department=[900], mobile="13900000001"),
        "renamed": book.update_user("pten01", name="彭小腾"),
        "ids": errcode_of(book.get_user_id_list),
        "simple": book.get_department_simplelist(),
        "gone": book.delete_user("pten01"),
        "closed": book.delete_department(900),
    }


def tickets_and_refresh(api, platform):
    before = api.get_corp_jsapi_ticket()
    app = api.get_app_jsapi_ticket()
    # The token is revoked behind its back; it has to see 40014, fetch another and go on.
    platform()
    user = api.http_call(CORP_API_TYPE["USER_GET"], {"userid": "lixiaomei"})
    return {"corp": before, "app": app, "user": user}


def envelope(given):
    crypto = WXBizMsgCrypt(given["token"], given["aes_key"], given["corpid"])
    code, plain = crypto.DecryptMsg(
        given["body"], given["args"]["msg_signature"], given["args"]["timestamp"], given["args"]["nonce"]
    )
    return {"code": code, "plain": plain.decode() if plain else ""}


def main():
    given = json.loads(sys.stdin.read())
    CorpApi.BASE_URL = given["base"]
    with open("keys.ini", "w", encoding="utf-8") as file:
        file.write(f"[globals]\nlog_path=pten.log\n[ww]\ncorpid={given['corpid']}\n")
        file.write(f"app_secret={given['secret']}\napp_agentid={given['agentid']}\n")
    os.environ["PTEN_KEYS_FILE"] = "keys.ini"
    keys = Keys("keys.ini")

    def revoke():
        requests.post(f"{given['base']}/_control/tokens", json={"action": "revoke"}, timeout=10)

    found = {
        "messages": messages(keys),
        "upload": errcode_of(AppMsgSender(keys=keys).send_image, given["picture"], touser=["lixiaomei"]),
        "contacts": contacts(keys, given["contacts_secret"]),
        "tickets": tickets_and_refresh(CorpApi(keys=keys), revoke),
        "envelope": envelope(given["envelope"]),
    }
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
