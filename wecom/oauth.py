"""Where to send a browser to sign in. Builds addresses only."""

from urllib.parse import urlencode

from foundation.config import settings


def authorize_url(redirect_uri: str, state: str) -> str:
    """Silent sign-in inside WeCom (DOC 91022). `state`: up to 128 letters and digits."""
    chosen = settings()
    query = urlencode(
        {
            "appid": chosen.wecom_corp_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
            "agentid": chosen.wecom_agent_id,
        }
    )
    return f"{chosen.wecom_oauth_base_url}/connect/oauth2/authorize?{query}#wechat_redirect"


def web_login_url(redirect_uri: str, state: str) -> str:
    """Sign-in of a desktop browser by QR code (DOC 98152)."""
    chosen = settings()
    query = urlencode(
        {
            "login_type": "CorpApp",
            "appid": chosen.wecom_corp_id,
            "agentid": chosen.wecom_agent_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "lang": "zh",
        }
    )
    return f"{chosen.wecom_login_base_url}/wwlogin/sso/login?{query}"
