"""wechatpy's fourteen defects (wecom-api 5.4), each mended, over real HTTP."""

import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from foundation.config import settings
from foundation.errors import BadEnvelope
from foundation.redis import forget_redis, redis_client
from tests.builders.platform import RESET, Raw, ScriptedPlatform, errcode, forget_client
from wecom.client import APP_TICKET, CORP_TICKET, WeComClient, app_client
from wecom.envelope import Envelope
from wecom.errors import PlatformError, Refused, RetryLater, Throttled, TokenRefused
from wecom.quota import quota_from
from wecom.transport import transport_from


def another_app(agent_id: int, secret: str) -> WeComClient:
    chosen = settings()
    return WeComClient(chosen.wecom_corp_id, agent_id, secret, transport_from(chosen), quota_from(chosen))


def test_1_a_token_refused_for_ever_is_refreshed_once_and_then_told(platform: ScriptedPlatform) -> None:
    platform.always["agent/get"] = errcode(40014)
    with pytest.raises(TokenRefused):
        app_client().get("agent/get")
    assert len(platform.of("agent/get")) == 2
    assert len(platform.of("gettoken")) == 2


def test_1_a_token_refused_once_costs_one_refresh(platform: ScriptedPlatform) -> None:
    app_client().get("agent/get")
    platform.refused_tokens = {platform.issued[-1]}
    assert app_client().get("agent/get")["errcode"] == 0
    assert len(platform.of("gettoken")) == 2


def test_2_a_retried_upload_sends_the_file_whole_again(platform: ScriptedPlatform) -> None:
    platform.then("media/upload", errcode(42001), {"errcode": 0, "media_id": "m1"})
    file = io.BytesIO(b"x" * 1000)
    assert app_client().media.upload("image", ("海报.jpg", file, "image/jpeg"))["media_id"] == "m1"
    first, second = platform.of("media/upload")
    assert first.body.count(b"x" * 1000) == second.body.count(b"x" * 1000) == 1
    assert 'name="media"; filename="海报.jpg"'.encode() in second.body


@pytest.mark.parametrize("path", ["gettoken", "media/get", "agent/get"])
def test_3_every_call_has_a_timeout(platform: ScriptedPlatform, path: str) -> None:
    silence = threading.Event()
    platform.then(path, silence)
    started = time.monotonic()
    with pytest.raises(RetryLater) as caught:
        app_client().media.download("m") if path == "media/get" else app_client().get("agent/get")
    assert time.monotonic() - started < 60
    silence.set()
    assert caught.value.maybe_done


def test_3_an_unreachable_platform_is_told_apart_from_a_silent_one(
    platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WECOM_API_BASE_URL", "http://127.0.0.1:1")
    forget_client()
    with pytest.raises(RetryLater) as caught:
        app_client().get("agent/get")
    assert not caught.value.maybe_done


@pytest.mark.parametrize(
    ("number", "kind"),
    [(-1, RetryLater), (6000, RetryLater), (45033, RetryLater), (45035, RetryLater), (41096, RetryLater), (41063, RetryLater),
     (45009, Throttled), (60020, Refused), (48002, Refused), (84061, Refused), (999999, Refused)],
)  # fmt: skip
def test_4_every_errcode_has_its_kind(platform: ScriptedPlatform, number: int, kind: type[PlatformError]) -> None:
    platform.then("agent/get", errcode(number))
    with pytest.raises(kind) as caught:
        app_client().get("agent/get")
    assert caught.value.errcode == number


@pytest.mark.parametrize(
    "answer",
    [Raw(b"<html>captive portal</html>"), Raw(b"bad gateway", status=502), Raw(b"[]", "application/json"), RESET, Raw(b"")],
)
def test_4_whatever_is_not_the_platforms_answer_may_be_tried_again(platform: ScriptedPlatform, answer: object) -> None:
    platform.then("agent/get", answer)
    with pytest.raises(RetryLater):
        app_client().get("agent/get")
    assert app_client().get("agent/get")["errcode"] == 0


@pytest.mark.parametrize("fault", [errcode(40001), RESET, Raw(b"<html>", status=503)])
def test_4_no_error_carries_a_secret_or_a_token(platform: ScriptedPlatform, fault: object) -> None:
    secret = settings().wecom_app_secret.get_secret_value()
    platform.always["gettoken"] = fault
    with pytest.raises(PlatformError) as caught:
        app_client().get("agent/get")
    seen: BaseException | None = caught.value
    while seen is not None:
        assert secret not in repr(seen) + str(vars(seen))
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def test_4_no_error_of_a_call_carries_the_token(platform: ScriptedPlatform) -> None:
    platform.then("agent/get", RESET)
    with pytest.raises(RetryLater) as caught:
        app_client().get("agent/get")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "token-1" not in repr(caught.value) + str(caught.value.facts)


def test_5_secrets_with_the_same_beginning_have_their_own_token(platform: ScriptedPlatform) -> None:
    one, two = another_app(7, "sameStart0" + "a" * 30), another_app(7, "sameStart0" + "b" * 30)
    assert one.access_token != two.access_token


def test_6_and_7_two_apps_of_a_corp_never_share_expiry_or_tickets(platform: ScriptedPlatform) -> None:
    platform.always["ticket/get"] = lambda call: {
        "errcode": 0,
        "ticket": "ticket-of-" + call.query["access_token"],
        "expires_in": 7200,
    }
    one, two = another_app(7, "a" * 40), another_app(8, "a" * 40)
    assert one.ticket(APP_TICKET) != two.ticket(APP_TICKET)
    keys = {key for key in redis_client().scan_iter("wecom:*")}
    assert len(keys) == 4
    assert all(0 < redis_client().ttl(key) <= 7200 - 300 for key in keys)


def test_7_corp_and_app_tickets_are_two(platform: ScriptedPlatform) -> None:
    platform.always["ticket/get"] = {"errcode": 0, "ticket": "app", "expires_in": 7200}
    platform.always["get_jsapi_ticket"] = {"errcode": 0, "ticket": "corp", "expires_in": 7200}
    assert (app_client().ticket(APP_TICKET), app_client().ticket(CORP_TICKET)) == ("app", "corp")
    assert platform.of("ticket/get")[0].query["type"] == "agent_config"
    assert "type" not in platform.of("get_jsapi_ticket")[0].query


def test_8_many_threads_on_a_cold_start_fetch_one_token(platform: ScriptedPlatform) -> None:
    platform.latency = 0.05
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda _: app_client().get("agent/get"), range(200)))
    assert len(platform.of("gettoken")) == 1


def test_8_many_threads_and_two_processes_refresh_once(platform: ScriptedPlatform) -> None:
    clients = [another_app(9, "c" * 40) for _ in range(2)]  # two clients stand for two processes: only Redis is shared
    for each in clients:
        each.get("agent/get")
    assert len(platform.of("gettoken")) == 1
    platform.refused_tokens = {platform.issued[-1]}
    with ThreadPoolExecutor(40) as pool:
        list(pool.map(lambda n: clients[n % 2].get("agent/get"), range(200)))
    assert len(platform.of("gettoken")) == 2


def test_9_every_address_comes_from_the_settings(platform: ScriptedPlatform) -> None:
    platform.then("media/get", Raw(b"\xff\xd8picture", "image/jpeg"))
    assert app_client().media.download("m") == b"\xff\xd8picture"
    assert {call.path for call in platform.calls} == {"gettoken", "media/get"}
    with pytest.raises(TypeError):
        app_client().media.get_url("m")


def test_10_a_broken_envelope_ends_in_one_kind_of_error() -> None:
    envelope = Envelope("token", "a" * 43, "ww1")
    for signature, encrypted in [
        ("", ""),
        ("é", "x"),
        (envelope._sign("1", "2", "!!"), "!!"),
        (envelope._sign("1", "2", "QUJD"), "QUJD"),
    ]:
        with pytest.raises(BadEnvelope):
            envelope.open(signature, "1", "2", encrypted)


def test_11_json_says_that_it_is_json(platform: ScriptedPlatform) -> None:
    app_client().post("message/send", data={"text": {"content": "你好"}})
    call = platform.of("message/send")[0]
    assert call.kind == "application/json"
    assert "你好".encode() in call.body


def test_12_an_error_in_place_of_a_file_is_an_error(platform: ScriptedPlatform) -> None:
    platform.then("media/get", errcode(40007))
    with pytest.raises(Refused) as caught:
        app_client().media.download("gone")
    assert caught.value.errcode == 40007


def test_13_an_answer_is_judged_before_its_list_is_taken(platform: ScriptedPlatform) -> None:
    platform.then("department/list", {**errcode(60011), "department": []})
    with pytest.raises(Refused):
        app_client().department.list()


def test_14_a_token_is_sent_once_and_only_ours(platform: ScriptedPlatform) -> None:
    with pytest.raises(ValueError, match="path"):
        app_client().get(f"{platform.address}/cgi-bin/agent/get?access_token=theirs")
    app_client().get("agent/get", params={"access_token": "theirs", "agentid": 1})
    assert platform.of("agent/get")[0].query == {"access_token": "token-1", "agentid": "1"}


def test_a_wrong_secret_is_not_tried_again_and_again(platform: ScriptedPlatform) -> None:
    platform.always["gettoken"] = errcode(40001)
    for _ in range(5):
        with pytest.raises(Refused, match="Secret"):
            app_client().get("agent/get")
    assert len(platform.of("gettoken")) == 1


def test_a_silent_gettoken_holds_many_threads_only_once(platform: ScriptedPlatform) -> None:
    platform.always["gettoken"] = silence = threading.Event()
    started = time.monotonic()
    errors: list[PlatformError] = []

    def ask() -> None:
        try:
            app_client().get("agent/get")
        except PlatformError as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(30)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(errors) == 30
    assert time.monotonic() - started < 30, "one after the other they would wait a minute"
    silence.set()


def test_without_redis_each_process_keeps_its_own_token(platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    forget_redis()
    forget_client()
    try:
        for _ in range(3):
            assert app_client().get("agent/get")["errcode"] == 0
        assert len(platform.of("gettoken")) == 1
    finally:
        forget_redis()
