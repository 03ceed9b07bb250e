"""Callbacks as the platform seals them, by wechatpy's crypto: the product's own code must agree with somebody else's."""

import secrets
import time
from urllib.parse import urlencode

from wechatpy.work.crypto import WeChatCrypto

from benchmarks.load import request_bytes
from foundation.config import settings


def sealed(plain: str, receiver: str = "app") -> tuple[str, bytes]:
    """Query string and body of one delivery; `{corp}` in the text becomes the corp's id."""
    chosen = settings()
    token, key = {
        "app": (chosen.wecom_app_token, chosen.wecom_app_aes_key),
        "contacts": (chosen.wecom_contacts_token, chosen.wecom_contacts_aes_key),
    }[receiver]
    crypto = WeChatCrypto(token.get_secret_value(), key.get_secret_value(), chosen.wecom_corp_id)
    nonce, timestamp = secrets.token_hex(5), str(int(time.time()))
    envelope = crypto.encrypt_message(plain.replace("{corp}", chosen.wecom_corp_id), nonce, timestamp)
    encrypted = envelope.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    signature = envelope.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]
    query = urlencode({"msg_signature": signature, "timestamp": timestamp, "nonce": nonce})
    return (
        query,
        f"<xml><ToUserName><![CDATA[{chosen.wecom_corp_id}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode(),
    )


def sealed_request(plain: str, port: int) -> bytes:
    """One delivery to a running web server, as bytes."""
    query, body = sealed(plain)
    return request_bytes("POST", f"/wecom/callback/app?{query}", f"127.0.0.1:{port}", body)
