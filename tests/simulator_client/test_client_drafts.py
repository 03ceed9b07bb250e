"""What a page opens in the client: the draft of shareToExternalContact waits for the guide, who chooses and sends."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.simulator_client.conftest import GUIDE, Simulator

pytestmark = pytest.mark.browser
PAGE = """(params) => new Promise((resolve) => {
  ww.register({
    corpId: "CORP", agentId: "1000002", jsApiList: ["shareToExternalContact"],
    getAgentConfigSignature: (url) => fetch("/sdk/signature/app?url=" + encodeURIComponent(url)).then((answer) => answer.json()),
  });
  ww.shareToExternalContact(params).then((found) => resolve(found.errMsg), (error) => resolve(error.errMsg));
})"""


def test_a_shared_draft_goes_out_when_the_guide_sends_it(page: Page, simulator: Simulator, product: Flask) -> None:
    simulator.post("reset", brand="sample")
    customer = simulator.get(f"members/{GUIDE}")["contacts"][0]["external_userid"]
    page.goto(f"{simulator.base}/#member={GUIDE}&with={customer}&panel=/sdk/new&customer={customer}&peer={GUIDE}")
    expect(page.locator(".webview-title")).to_have_text("SDK")
    frame = next(each for each in page.frames if "webview" in each.url)
    script = PAGE.replace("CORP", simulator.get("health")["corpid"])
    params = {"text": {"content": "新款到店，欢迎试穿"}, "externalUserIds": [customer]}
    assert frame.evaluate(script, params) == "shareToExternalContact:ok"
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("新款到店，欢迎试穿")
    expect(dialog).to_contain_text("已选 1 /")
    assert page.locator(".wechat .line", has_text="新款到店").count() == 0
    dialog.get_by_role("button", name="发送").click()
    expect(page.locator(".wechat .line", has_text="新款到店")).to_be_visible()
