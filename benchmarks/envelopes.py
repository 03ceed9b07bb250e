"""Valid encrypted callbacks to send: made with wechatpy's crypto, which shares no code with the product's."""

import itertools
import secrets
from urllib.parse import urlencode

from wechatpy.work.crypto import WeChatCrypto

from benchmarks.load import request_bytes
from foundation.config import Settings

EVENT = (
    "<xml><ToUserName><![CDATA[{corp}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>{at}</CreateTime>"
    "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event>"
    "<ChangeType><![CDATA[edit_external_contact]]></ChangeType><UserID><![CDATA[{userid}]]></UserID>"
    "<ExternalUserID><![CDATA[{external}]]></ExternalUserID></xml>"
)


def requests_of(chosen: Settings, count: int, port: int, at: int) -> list[bytes]:
    """`count` different events as whole HTTP requests."""
    crypto = WeChatCrypto(
        chosen.wecom_app_token.get_secret_value(), chosen.wecom_app_aes_key.get_secret_value(), chosen.wecom_corp_id
    )
    made = []
    for number in itertools.islice(itertools.count(), count):
        plain = EVENT.format(
            corp=chosen.wecom_corp_id, at=at, userid=f"guide{number % 500}", external=f"wm{secrets.token_hex(15)}"
        )
        nonce = str(number)
        sealed = crypto.encrypt_message(plain, nonce, str(at))
        encrypted = sealed.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
        signature = sealed.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]
        body = (
            f"<xml><ToUserName><![CDATA[{chosen.wecom_corp_id}]]></ToUserName>"
            f"<Encrypt><![CDATA[{encrypted}]]></Encrypt><AgentID></AgentID></xml>"
        )
        query = urlencode({"msg_signature": signature, "timestamp": str(at), "nonce": nonce})
        made.append(
            request_bytes(
                "POST", f"/wecom/callback/app?{query}", f"127.0.0.1:{port}", body.encode(), "Content-Type: text/xml\r\n"
            )
        )
    return made
